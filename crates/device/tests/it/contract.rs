//! The storage in memory keeps the contract.

use bluezone_device::MemoryStorage;
use bluezone_device::contract::Harness;

struct InMemory;

impl Harness for InMemory {
    type Storage = MemoryStorage;

    fn fresh(&mut self) -> MemoryStorage {
        MemoryStorage::new()
    }

    fn reopen(&mut self, storage: MemoryStorage) -> MemoryStorage {
        storage.clone()
    }
}

bluezone_device::storage_contract!(InMemory);
