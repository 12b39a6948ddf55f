//! Why a change is refused: one variant for each rule.
//!
//! Texts here are for logs and for developers; they never hold anything that the change says beyond numbers.

use azalai_envelope::codec::DecodeError;

/// The rule that a change breaks by itself, whatever the document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LintError {
    /// A field cannot be read: too short, an integer not in its shortest form, over its limit, bytes left over.
    #[error("change: {0}")]
    Bytes(#[from] DecodeError),
    /// It is longer than any change may be.
    #[error("change: {got} bytes are over the limit of {limit}")]
    TooLong {
        /// Bytes that came.
        got: usize,
        /// Bytes that are allowed.
        limit: usize,
    },
    /// It does not begin as Automerge's chunks do.
    #[error("change: not an Automerge chunk")]
    Magic,
    /// It is a chunk, but not a plain change: a whole document, a compressed change, a bundle.
    #[error("change: chunk type {got}, only a plain change (1) is taken")]
    ChunkType {
        /// The type met.
        got: u8,
    },
    /// Its checksum is not that of its content.
    #[error("change: checksum does not match the content")]
    Checksum,
    /// Dependencies are not strictly ascending.
    #[error("dependencies: not in strictly ascending order")]
    DepsOrder,
    /// It claims another actor than its author's.
    #[error("actor: not the actor of this statement's author")]
    ForgedActor,
    /// Its sequence number is not the one that is due.
    #[error("sequence number: got {got}, expected {expected}")]
    Seq {
        /// What it says.
        got: u64,
        /// What is due.
        expected: u64,
    },
    /// Sequence numbers begin at one.
    #[error("sequence number: zero")]
    SeqZero,
    /// Operation counters begin at one.
    #[error("start operation: zero")]
    StartZero,
    /// Its operations run over the 32 bits that counters have.
    #[error("operations: {ops} from {start} on run over 32 bits")]
    CounterOverflow {
        /// The counter of its first operation.
        start: u64,
        /// How many there are.
        ops: usize,
    },
    /// It states a time. Ours never do: the statement around it has the clock.
    #[error("time: must be zero")]
    Time,
    /// It carries a message. Ours never do.
    #[error("message: must be empty")]
    Message,
    /// Other actors are not strictly ascending, or name the author again.
    #[error("other actors: not in strictly ascending order, or the author among them")]
    ActorsOrder,
    /// It names an actor that this document does not have, or does not have yet.
    #[error("other actors: number {index} is no actor of this document")]
    UnknownActor {
        /// Its place in the list, from 1.
        index: usize,
    },
    /// It names an actor that no operation refers to.
    #[error("other actors: number {index} is used by no operation")]
    UnusedActor {
        /// Its place in the list, from 1.
        index: usize,
    },
    /// A column is marked as compressed.
    #[error("column {spec}: compressed")]
    CompressedColumn {
        /// The column's specification.
        spec: u64,
    },
    /// A column that our documents do not use (marks among them).
    #[error("column {spec}: not one that is taken")]
    UnknownColumn {
        /// The column's specification.
        spec: u64,
    },
    /// Columns are not in strictly ascending order.
    #[error("columns: not in strictly ascending order")]
    ColumnOrder,
    /// A column is there and says nothing: it has no bytes, or only empty rows.
    #[error("{column}: the column is there but empty")]
    EmptyColumn {
        /// Which.
        column: &'static str,
    },
    /// A column is missing that these operations need.
    #[error("{column}: the column is missing")]
    MissingColumn {
        /// Which.
        column: &'static str,
    },
    /// A run announces more rows than there may be.
    #[error("{column}: a run of {got} rows where at most {left} can follow")]
    RunTooLong {
        /// Which column.
        column: &'static str,
        /// Rows of the run.
        got: u64,
        /// Rows that could follow.
        left: usize,
    },
    /// Runs are not as the encoder writes them: two that are one, a literal that repeats, a run of none or one.
    #[error("{column}: {problem} at offset {offset}")]
    NotCanonical {
        /// Which column.
        column: &'static str,
        /// Where in the column.
        offset: usize,
        /// What is not canonical.
        problem: &'static str,
    },
    /// Columns disagree about how many operations there are.
    #[error("{column}: {got} rows, needs {needed}")]
    Rows {
        /// Which column.
        column: &'static str,
        /// Its rows.
        got: usize,
        /// What the others say.
        needed: usize,
    },
    /// A row is empty in a column that must be full.
    #[error("{column}: row {row} is empty")]
    Null {
        /// Which column.
        column: &'static str,
        /// Which operation, from 0.
        row: usize,
    },
    /// Two columns that belong together are not empty in the same rows.
    #[error("{column}: row {row} does not fit its sibling columns")]
    Mismatch {
        /// Which column.
        column: &'static str,
        /// Which operation, from 0.
        row: usize,
    },
    /// An actor index is outside the change's actor table.
    #[error("{column}: row {row} names actor {got} of {actors}")]
    ActorIndex {
        /// Which column.
        column: &'static str,
        /// Which row of it, from 0.
        row: usize,
        /// The index.
        got: u64,
        /// How many actors there are.
        actors: usize,
    },
    /// A counter is zero, negative or over 32 bits.
    #[error("{column}: row {row} has a counter out of range")]
    Counter {
        /// Which column.
        column: &'static str,
        /// Which row of it, from 0.
        row: usize,
    },
    /// An operation refers to one that cannot be older than itself.
    #[error("{column}: operation {row} refers to one that is not older than itself")]
    Forward {
        /// Which column.
        column: &'static str,
        /// Which operation, from 0.
        row: usize,
    },
    /// A map key is empty or too long.
    #[error("key: operation {row} has a key of {got} bytes, 1 to {limit} are taken")]
    KeyLength {
        /// Which operation, from 0.
        row: usize,
        /// Bytes it has.
        got: usize,
        /// Bytes it may have.
        limit: usize,
    },
    /// An insertion into a map, or an assignment to the head of a list.
    #[error("insert: operation {row} does not fit its key")]
    Insert {
        /// Which operation, from 0.
        row: usize,
    },
    /// An action that our documents do not use (increments, tables, marks), or that does not exist.
    #[error("action: operation {row} has action {got}")]
    Action {
        /// Which operation, from 0.
        row: usize,
        /// The action.
        got: u64,
    },
    /// A value of a type that our documents do not use (counters), or that does not exist.
    #[error("value: operation {row} has type {got}")]
    ValueType {
        /// Which operation, from 0.
        row: usize,
        /// The type code.
        got: u64,
    },
    /// A value whose bytes are not those of its type: a boolean with a body, a float that is no number.
    #[error("value: operation {row} has a body that does not fit its type")]
    ValueBody {
        /// Which operation, from 0.
        row: usize,
    },
    /// The values' lengths do not add up to the bytes that are there.
    #[error("value: lengths add up to {said} bytes, {had} are there")]
    ValueLength {
        /// What the lengths add up to.
        said: u64,
        /// What is there.
        had: usize,
    },
    /// A deletion or a new object that carries a value.
    #[error("value: operation {row} carries a value that its action does not have")]
    ValueUnwanted {
        /// Which operation, from 0.
        row: usize,
    },
    /// An operation replaces more than it may.
    #[error("replaced: operation {row} replaces {got}, at most {limit} are taken")]
    TooManyPreds {
        /// Which operation, from 0.
        row: usize,
        /// How many it says.
        got: u64,
        /// How many it may.
        limit: usize,
    },
    /// What an operation replaces is not in strictly ascending order.
    #[error("replaced: operation {row} does not name them in strictly ascending order")]
    PredOrder {
        /// Which operation, from 0.
        row: usize,
    },
    /// A deletion of nothing, an assignment to a list element that replaces nothing, or an insertion that replaces.
    #[error("replaced: operation {row} replaces {got}, which its action cannot")]
    PredCount {
        /// Which operation, from 0.
        row: usize,
        /// How many it replaces.
        got: usize,
    },
}

/// The rule that a change breaks in the document that it is for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroundError {
    /// A change that it builds on is not here. Not an offence: keep it until that one comes.
    #[error("dependencies: {} is not here yet", hex(.0))]
    MissingDep([u8; 32]),
    /// It is here already.
    #[error("change: it is here already")]
    Known,
    /// It builds on nothing though the document has begun.
    #[error("dependencies: none, though the document has begun")]
    NoDeps,
    /// Another change has its place in its actor's sequence, or it does not build on its actor's own last change.
    #[error("sequence number: got {got}, what it builds on makes {needed} due")]
    Seq {
        /// What it says.
        got: u64,
        /// What is due.
        needed: u64,
    },
    /// Another change of its actor has the same sequence number.
    #[error("sequence number: {got} is taken by another change of this actor")]
    SeqTaken {
        /// The number.
        got: u64,
    },
    /// Its first operation's counter is not the one after all that it builds on. Counters that leap would use up the
    /// 32 bits that the document has for all its life.
    #[error("start operation: got {got}, what it builds on makes {needed} due")]
    Start {
        /// What it says.
        got: u64,
        /// What is due.
        needed: u64,
    },
    /// An operation refers to one that is not in what the change builds on.
    #[error("{column}: operation {row} refers to one that the change does not build on")]
    NotInPast {
        /// Which column.
        column: &'static str,
        /// Which operation, from 0.
        row: usize,
    },
    /// An operation works in something that is no object.
    #[error("object: operation {row} works in something that is no object")]
    NotAnObject {
        /// Which operation, from 0.
        row: usize,
    },
    /// A text key in a list, or an element in a map.
    #[error("key: operation {row} has a key that its object cannot have")]
    KeyKind {
        /// Which operation, from 0.
        row: usize,
    },
    /// A list element that is none of this list's.
    #[error("key: operation {row} names an element that is not in its list")]
    NotAnElement {
        /// Which operation, from 0.
        row: usize,
    },
    /// It replaces what stands in another place, or a deletion.
    #[error("replaced: operation {row} replaces what is not in its place")]
    PredElsewhere {
        /// Which operation, from 0.
        row: usize,
    },
    /// Something else than characters in a text.
    #[error("value: operation {row} puts into a text what is no text")]
    NotText {
        /// Which operation, from 0.
        row: usize,
    },
    /// Objects within objects beyond what is taken.
    #[error("object: operation {row} nests deeper than {limit}")]
    TooDeep {
        /// Which operation, from 0.
        row: usize,
        /// How deep is allowed.
        limit: u8,
    },
}

fn hex(bytes: &[u8; 32]) -> String {
    use core::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
