//! *Phản ánh*: telling the health station, without a name if one likes, and following what became of it.

mod page;
mod send;
mod track;

pub use page::page;
pub use send::send;
pub use track::{find, status};
