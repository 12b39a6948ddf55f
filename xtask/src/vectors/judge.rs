//! What a vector's bytes mean: read by the program's own readers, told as JSON.
//!
//! The generator notes what this says; the test in `tests/tests/vectors.rs` includes this file and insists that it
//! still says so. It must never make bytes. A vector that is itself wrong is an error that starts with "vector:".

use azalai_envelope::codec::Reader;
use azalai_envelope::compress::{Coding, decompress};
use azalai_envelope::envelope::UnverifiedEnvelope;
use azalai_envelope::ids::{from_hex, to_hex};
use azalai_envelope::statement::{UnverifiedStatement, document_id};
use azalai_envelope::{
    AudienceId, Certificate, DeviceKeys, Kind, OpeningKey, PostingPublic, ProjectId, ReceivingPublic, ReceivingSecret,
    RelayReceipt, SigningPublic, Statement, Verified, certificate, pad,
};
use azalai_roster::{Act, EvidencePackage, InvitePackage, KeyLetter, LogEntry, Receipt, What, introduced_key};
use azalai_sync::capsule::{MemberRequest, open_request};
use azalai_sync::key::KeyDocument;
use azalai_sync::message::{Answer, Operation, Reply, Request};
use serde_json::{Value, json};

/// What reading `bytes` as `read_as` gives, with what the reader knows besides, or the reader's error.
pub(crate) fn judge(read_as: &str, with: &Value, bytes: &[u8]) -> Result<Value, String> {
    let with = With(with);
    match read_as {
        "varint" => {
            let mut reader = Reader::new(bytes);
            let value = reader.varint("varint").map_err(text)?;
            reader.end("varint").map_err(text)?;
            Ok(json!({ "value": value.to_string() }))
        }
        "size" => {
            let class = pad::class_of(usize::try_from(with.number("length")?).map_err(text)?);
            Ok(json!({ "class": class }))
        }
        "project id" => Ok(json!({ "id": certificate::project_id(&SigningPublic(whole(bytes)?)).to_string() })),
        "author id" => Ok(json!({ "id": SigningPublic(whole(bytes)?).author_id().to_string() })),
        "member audience" => Ok(json!({ "id": SigningPublic(whole(bytes)?).audience().to_string() })),
        "generation" => Ok(json!({ "id": ReceivingPublic(whole(bytes)?).generation(&with.audience()?).to_string() })),
        "document id" => {
            let kind = Kind(u8::try_from(with.number("kind")?).map_err(text)?);
            let creator = SigningPublic(with.bytes("author")?);
            let id = document_id(&with.project()?, kind, &with.audience()?, &creator, &whole(bytes)?);
            Ok(json!({ "id": id.to_string() }))
        }
        "body" => Ok(json!({ "body": to_hex(&decompress(Coding::Brotli1, bytes).map_err(text)?) })),
        "statement" => {
            let unverified = UnverifiedStatement::parse(bytes.to_vec()).map_err(text)?;
            let author = SigningPublic(with.bytes("author")?);
            statement(&unverified.verify(&with.project()?, &with.audience()?, &author).map_err(text)?)
        }
        "introduction" => {
            let unverified = UnverifiedStatement::parse(bytes.to_vec()).map_err(text)?;
            let read = unverified.verify_introduced(&with.project()?, &with.audience()?, introduced_key);
            statement(&read.map_err(text)?)
        }
        "envelope" => envelope(&with, bytes),
        "certificate" => {
            let read = Certificate::parse(bytes).map_err(text)?;
            Ok(json!({
                "project": read.project().to_string(), "root": to_hex(&read.carrier.root.0),
                "carrier": to_hex(&read.carrier.carrier.0), "number": read.number, "day": read.day.0,
                "posting": posting(&read.posting), "relay": read.relay.to_string(),
            }))
        }
        "relay receipt" => {
            let read = RelayReceipt::parse(bytes, &SigningPublic(with.bytes("relay")?)).map_err(text)?;
            Ok(json!({
                "project": read.project.to_string(), "day": read.day.0, "envelopes": strings(&read.envelopes),
            }))
        }
        "log entry" => {
            let read = LogEntry::decode(bytes).map_err(text)?;
            same(bytes, &read.encode().map_err(text)?)?;
            let acts: Vec<Value> = read.acts.iter().map(act).collect();
            Ok(json!({ "after": strings(&read.after), "acts": acts }))
        }
        "key letter" => {
            let read = KeyLetter::decode(bytes).map_err(text)?;
            same(bytes, &read.encode().map_err(text)?)?;
            let circles = read
                .circles
                .iter()
                .map(|(circle, secret)| json!({ "circle": circle.to_string(), "secret": to_hex(secret.as_bytes()) }));
            let postings =
                read.posting.iter().map(|key| json!({ "epoch": key.epoch, "seed": to_hex(&key.secret.seed()) }));
            Ok(json!({
                "circles": circles.collect::<Vec<_>>(), "posting": postings.collect::<Vec<_>>(),
                "carrier": read.carrier.as_ref().map(|carrier| to_hex(&carrier.seed())),
            }))
        }
        "receipt" => {
            let read = Receipt::decode(bytes).map_err(text)?;
            same(bytes, &read.encode().map_err(text)?)?;
            let what = if read.what == What::Opened { "opened" } else { "acted on" };
            Ok(json!({ "what": what, "statements": strings(&read.statements) }))
        }
        "invite" => {
            let read = InvitePackage::decode(bytes).map_err(text)?;
            same(bytes, &read.encode().map_err(text)?)?;
            let statements = read
                .statements
                .iter()
                .map(|(author, bytes)| json!({ "author": to_hex(&author.0), "statement": to_hex(bytes) }));
            Ok(json!({
                "root": to_hex(&read.root.0), "statements": statements.collect::<Vec<_>>(),
                "posting": { "epoch": read.posting.epoch, "seed": to_hex(&read.posting.secret.seed()) },
                "invite": to_hex(&read.invite), "one_time": to_hex(&read.one_time.seed()),
                "role": read.role.to_string(), "area": read.area.map(|area| area.to_string()),
                "expires": read.expires.0,
            }))
        }
        "evidence" => {
            let read = EvidencePackage::open(bytes).map_err(text)?;
            let statements = read.statements.iter().map(|kept| {
                json!({
                    "author": to_hex(&kept.author.0), "audience": to_hex(&kept.audience.0), "statement": to_hex(&kept.bytes),
                })
            });
            let vouched = read.vouched.iter().map(|one| {
                json!({
                    "author": to_hex(&one.author.0), "state": one.state.map(|state| format!("{state:?}").to_lowercase()),
                    "role": one.role.map(|role| role.to_string()),
                })
            });
            Ok(json!({
                "root": to_hex(&read.root.0), "maker": to_hex(&read.maker.0), "made_ms": read.made_ms, "kind": read.kind.0,
                "document": read.document.to_string(), "statements": statements.collect::<Vec<_>>(),
                "vouched": vouched.collect::<Vec<_>>(),
            }))
        }
        "request" => {
            let read = Request::decode(bytes).map_err(text)?;
            same(bytes, &read.encode())?;
            let operations: Vec<Value> = read.operations.iter().map(operation).collect();
            Ok(json!({ "salt": to_hex(&read.salt), "operations": operations }))
        }
        "reply" => {
            let read = Reply::decode(bytes).map_err(text)?;
            same(bytes, &read.encode())?;
            Ok(json!({ "answers": read.answers.iter().map(answer).collect::<Vec<_>>() }))
        }
        "key document" => {
            let read = KeyDocument::parse(bytes).map_err(text)?;
            same(bytes, &read.encode())?;
            let relays: Vec<_> =
                with.text("relay").ok().map(str::parse).transpose().map_err(text)?.into_iter().collect();
            let keys = read.verify(&with.project()?, &relays, &[with.posting()?]).map_err(text)?;
            let epochs: Vec<u32> = read.proofs.iter().map(|(epoch, _)| *epoch).collect();
            Ok(json!({ "role": format!("{:?}", read.role).to_lowercase(), "keys": keys.to_string(), "epochs": epochs }))
        }
        "capsule" => {
            let (tag, epoch, request) = member_request(&with, bytes)?;
            Ok(json!({ "tag": to_hex(&tag), "epoch": epoch, "body": to_hex(&request.body) }))
        }
        "capsule reply" => {
            let request = from_hex(with.text("request")?).ok_or("vector: the request is not hexadecimal")?;
            let (_, _, request) = member_request(&with, &request)?;
            Ok(json!({ "body": to_hex(&request.reply.open(bytes).map_err(text)?) }))
        }
        _ => Err(format!("vector: nothing is read as {read_as:?}")),
    }
}

fn envelope(with: &With<'_>, bytes: &[u8]) -> Result<Value, String> {
    let unverified = UnverifiedEnvelope::parse(bytes.to_vec()).map_err(text)?;
    let read = unverified.verify(&with.project()?, &with.posting()?).map_err(text)?;
    let key = OpeningKey::new(with.audience()?, ReceivingSecret::from_bytes(with.bytes("receiving_secret")?));
    let opened = read.open(&with.project()?, [&key]).map_err(text)?;
    let inside = match opened {
        // `null`: for somebody else.
        None => Value::Null,
        Some(opened) => {
            let author = SigningPublic(with.bytes("author")?);
            let inside = opened.statement.verify(&with.project()?, &opened.audience, &author).map_err(text)?;
            json!(to_hex(inside.bytes()))
        }
    };
    Ok(json!({
        "id": read.id().to_string(), "lane": read.lane().to_string(), "day": read.day().0, "epoch": read.epoch(),
        "statement": inside,
    }))
}

fn statement(read: &Verified<Statement>) -> Result<Value, String> {
    Ok(json!({
        "id": read.id().to_string(), "kind": read.kind().0, "document": read.document().to_string(),
        "opens": read.opens(), "chain": read.chain().to_string(), "seq": read.seq(),
        "prev": read.prev().map(|prev| prev.to_string()), "authority": to_hex(&read.authority()),
        "clock": read.clock().0.to_string(), "author": to_hex(&read.author().0),
        "body": to_hex(&read.body().map_err(text)?),
    }))
}

fn member_request(with: &With<'_>, bytes: &[u8]) -> Result<([u8; 16], u32, MemberRequest), String> {
    let keys = DeviceKeys::from_bytes(&with.bytes::<64>("responder_secret")?).map_err(text)?;
    let open = open_request(&keys, bytes).map_err(text)?;
    let (tag, epoch) = (open.tag, open.epoch);
    Ok((tag, epoch, open.verify(&keys.public(), &with.posting()?).map_err(text)?))
}

fn act(act: &Act) -> Value {
    let area = |area: &Option<azalai_roster::AreaCode>| area.as_ref().map(ToString::to_string);
    match act {
        Act::Found { name, carrier, founder, pseudonym } => json!({
            "act": "found", "name": name, "root": to_hex(&carrier.root.0), "carrier": to_hex(&carrier.carrier.0),
            "founder": founder.to_string(), "pseudonym": pseudonym,
        }),
        Act::Area { code, name, parent } => {
            json!({ "act": "area", "code": code.to_string(), "name": name, "parent": area(parent) })
        }
        Act::Grant { device, pseudonym, role, area: of, person } => json!({
            "act": "grant", "device": device.to_string(), "pseudonym": pseudonym, "role": role.to_string(),
            "area": area(of), "person": to_hex(person),
        }),
        Act::Relay { public, label } => json!({ "act": "relay", "keys": public.to_string(), "label": label }),
        Act::NewGeneration { circle, key, number, posting: next } => json!({
            "act": "new generation", "circle": circle.to_string(), "key": to_hex(&key.0), "number": number,
            "posting": next.as_ref().map(posting),
        }),
        Act::Invite { id, role, area: of, one_time, expires, person } => json!({
            "act": "invite", "id": to_hex(id), "role": role.to_string(), "area": area(of),
            "one_time": to_hex(&one_time.0), "expires": expires.0, "person": person.map(|person| to_hex(&person)),
        }),
        Act::Claim { invite, device, pseudonym, proof } => json!({
            "act": "claim", "invite": to_hex(invite), "device": device.to_string(), "pseudonym": pseudonym,
            "proof": to_hex(&proof.0),
        }),
        Act::Admit { device, pseudonym, role, area: of, person, invite } => json!({
            "act": "admit", "device": device.to_string(), "pseudonym": pseudonym, "role": role.to_string(),
            "area": area(of), "person": to_hex(person), "invite": to_hex(invite),
        }),
        Act::Certificate { bytes } => json!({ "act": "certificate", "bytes": to_hex(bytes) }),
        Act::Bodies { device, bodies } => {
            json!({ "act": "bodies", "device": to_hex(&device.0), "bodies": bodies.iter().map(ToString::to_string).collect::<Vec<_>>() })
        }
        Act::Admission { how } => json!({ "act": "admission", "how": how.to_string() }),
        Act::Revoke { invite } => json!({ "act": "revoke", "invite": to_hex(invite) }),
        Act::Remove { device, cuts } => {
            let cuts = cuts
                .iter()
                .map(|cut| json!({ "chain": cut.chain.to_string(), "seq": cut.seq, "id": cut.id.to_string() }));
            json!({ "act": "remove", "device": to_hex(&device.0), "cuts": cuts.collect::<Vec<_>>() })
        }
        Act::Adopt { statements } => json!({ "act": "adopt", "statements": strings(statements) }),
        Act::Unknown { tag, bytes } => json!({ "act": "unknown", "tag": tag, "bytes": to_hex(bytes) }),
    }
}

fn operation(operation: &Operation) -> Value {
    let days = |range: &azalai_sync::DayRange| json!([range.first().0, range.last().0]);
    match operation {
        Operation::Hello { certificate } => json!({ "ask": "hello", "certificate": certificate }),
        Operation::Certificate(bytes) => json!({ "ask": "certificate", "certificate": to_hex(bytes) }),
        Operation::Digest { lane, range, digest } => {
            json!({ "ask": "digest", "lane": lane.to_string(), "days": days(range), "digest": to_hex(digest) })
        }
        Operation::Days { lane, range } => json!({ "ask": "days", "lane": lane.to_string(), "days": days(range) }),
        Operation::Window { lane, range, shorts } => {
            let shorts: Vec<String> = shorts.iter().map(|short| to_hex(&short.to_be_bytes())).collect();
            json!({ "ask": "window", "lane": lane.to_string(), "days": days(range), "shorts": shorts })
        }
        Operation::Reconcile { lane, range, message } => {
            json!({ "ask": "reconcile", "lane": lane.to_string(), "days": days(range), "message": to_hex(message) })
        }
        Operation::Put(envelopes) => json!({ "ask": "put", "envelopes": hexes(envelopes) }),
        Operation::Fetch(ids) => json!({ "ask": "fetch", "ids": strings(ids) }),
        Operation::GivenUp(after) => json!({ "ask": "given up", "after": after.map(|id| id.to_string()) }),
    }
}

fn answer(answer: &Answer) -> Value {
    match answer {
        Answer::GivenUp { mark, full, shorts, next } => {
            let shorts: Vec<String> = shorts.iter().map(|short| to_hex(&short.to_be_bytes())).collect();
            let next = next.map(|id| id.to_string());
            json!({ "say": "given up", "mark": to_hex(mark), "full": full, "shorts": shorts, "next": next })
        }
        Answer::TooMuch => json!({ "say": "too much" }),
        Answer::Unreadable => json!({ "say": "unreadable" }),
        Answer::Hello { role, day, floors, max_request, number, certificate } => json!({
            "say": "hello", "role": format!("{role:?}").to_lowercase(), "day": day.0,
            "floors": floors.iter().map(|(_, day)| day.0).collect::<Vec<_>>(), "max_request": max_request,
            "number": number, "certificate": certificate.as_ref().map(|bytes| to_hex(bytes)),
        }),
        Answer::Certified => json!({ "say": "certified" }),
        Answer::NotCertified => json!({ "say": "not certified" }),
        Answer::Same => json!({ "say": "same" }),
        Answer::Differs { count, digest } => json!({ "say": "differs", "count": count, "digest": to_hex(digest) }),
        Answer::Days(days) => {
            let days = days.iter().map(|(day, count, hash)| json!([day.0, count, to_hex(hash)]));
            json!({ "say": "days", "days": days.collect::<Vec<_>>() })
        }
        Answer::Window { lacking, missing, more } => {
            let missing: Vec<Value> = missing.iter().map(|(day, id)| json!([day.0, id.to_string()])).collect();
            json!({ "say": "window", "lacking": to_hex(lacking), "missing": missing, "more": more })
        }
        Answer::Reconcile(message) => json!({ "say": "reconcile", "message": to_hex(message) }),
        Answer::Put { receipt, refused } => {
            let refused: Vec<Value> = refused.iter().map(|(at, why)| json!([at, format!("{why:?}")])).collect();
            json!({ "say": "put", "receipt": to_hex(receipt), "refused": refused })
        }
        Answer::Envelopes { envelopes, missing } => {
            let missing: Vec<Value> =
                missing.iter().map(|(at, why)| json!([at, why.map(|why| format!("{why:?}"))])).collect();
            json!({ "say": "envelopes", "envelopes": hexes(envelopes), "missing": missing })
        }
    }
}

fn posting(key: &PostingPublic) -> Value {
    json!({ "epoch": key.epoch, "key": to_hex(&key.key.0) })
}

fn hexes(list: &[Vec<u8>]) -> Vec<String> {
    list.iter().map(|bytes| to_hex(bytes)).collect()
}

fn strings<T: ToString>(list: &[T]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

/// What is read must be written back as it came.
fn same(bytes: &[u8], written: &[u8]) -> Result<(), String> {
    if bytes == written { Ok(()) } else { Err("vector: what was read is written in another way".to_owned()) }
}

fn whole<const N: usize>(bytes: &[u8]) -> Result<[u8; N], String> {
    bytes.try_into().map_err(|_| format!("vector: {} bytes, {N} are needed", bytes.len()))
}

/// What the reader knows besides the bytes.
struct With<'a>(&'a Value);

impl With<'_> {
    fn text(&self, name: &str) -> Result<&str, String> {
        self.0.get(name).and_then(Value::as_str).ok_or_else(|| format!("vector: no text {name:?}"))
    }

    fn number(&self, name: &str) -> Result<u64, String> {
        self.0.get(name).and_then(Value::as_u64).ok_or_else(|| format!("vector: no number {name:?}"))
    }

    fn bytes<const N: usize>(&self, name: &str) -> Result<[u8; N], String> {
        whole(&from_hex(self.text(name)?).ok_or_else(|| format!("vector: {name:?} is not hexadecimal"))?)
    }

    fn project(&self) -> Result<ProjectId, String> {
        self.bytes("project").map(ProjectId)
    }

    fn audience(&self) -> Result<AudienceId, String> {
        self.bytes("audience").map(AudienceId)
    }

    fn posting(&self) -> Result<PostingPublic, String> {
        let epoch = u32::try_from(self.number("epoch")?).map_err(text)?;
        Ok(PostingPublic { epoch, key: SigningPublic(self.bytes("posting")?) })
    }
}
