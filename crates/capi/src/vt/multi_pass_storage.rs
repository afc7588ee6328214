//! `VTMultiPassStorage`.

use std::sync::Arc;

use vitascope::core::Dictionary;
use vitascope::session::{MultiPassStorage, MultiPassStorageOptions};

use super::session::status;
use crate::border::{OSStatus, Out, api};
use crate::cf::url;
use crate::class::{CLASSES, ClassIndex};
use crate::cm::time_range::CMTimeRange;
use crate::object::{Handle, Owned, Payload};
use crate::value;

/// A storage of the engine.
pub struct VtMultiPassStorage {
    pub(crate) storage: Arc<MultiPassStorage>,
}

impl VtMultiPassStorage {
    /// The object of a storage; always the same one while C holds it.
    pub(crate) fn object(storage: Arc<MultiPassStorage>) -> Owned {
        Owned::new(VtMultiPassStorage { storage })
    }
}

impl Payload for VtMultiPassStorage {
    const NAME: &'static str = "VTMultiPassStorage";
    const REGISTERED: bool = true;

    fn identity(&self) -> usize {
        Arc::as_ptr(&self.storage) as usize
    }

    fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.storage, &other.storage)
    }

    fn describe(object: Handle) -> String {
        let storage = object.get::<Self>();
        storage
            .map(|storage| format!("<VTMultiPassStorage {}>", storage.storage.path().display()))
            .unwrap_or_default()
    }
}

/// The file that a URL names; `None` inside for NULL.
pub(crate) fn file(function: &str, file_url: Handle) -> Result<Option<std::path::PathBuf>, OSStatus> {
    if file_url.is_null() {
        return Ok(None);
    }
    url::path(file_url).map(Some).ok_or_else(|| {
        log::error!("{function}: the URL of a file or NULL is accepted");
        OSStatus::PARAMETER
    })
}

api! {
    /// The type number of multi-pass storages.
    fn VTMultiPassStorageGetTypeID() -> usize {
        CLASSES[VtMultiPassStorage::INDEX].type_id()
    }

    /// A storage for passes, in a file (a temporary one for NULL), which is deleted at the end unless it existed or DoNotDelete is true.
    fn VTMultiPassStorageCreate(
        _allocator: Handle, file_url: Handle, time_range: CMTimeRange, options: Handle, out: Out<Handle>,
    ) -> OSStatus {
        const NAME: &str = "VTMultiPassStorageCreate";
        out.clear();
        if out.is_null() {
            log::error!("{NAME}: the address for the storage is NULL");
            return OSStatus::PARAMETER;
        }
        let path = match file(NAME, file_url) {
            Ok(path) => path,
            Err(status) => return status,
        };
        let options = match value::dictionary_from_object(options) {
            Some(options) => options,
            None if options.is_null() => Dictionary::default(),
            None => {
                log::error!("{NAME}: the options are no dictionary");
                return OSStatus::PARAMETER;
            }
        };
        let made = MultiPassStorageOptions::try_from(&options)
            .and_then(|options| MultiPassStorage::new(path.as_deref(), time_range.range(), options));
        match made {
            Ok(storage) => {
                out.set(VtMultiPassStorage::object(storage).into_handle());
                OSStatus::OK
            }
            Err(error) => OSStatus(error.status()),
        }
    }

    /// Writes everything and closes the file; every later use fails.
    fn VTMultiPassStorageClose(object: Handle) -> OSStatus {
        match object.get::<VtMultiPassStorage>() {
            Some(storage) => status(storage.storage.close()),
            None => {
                log::error!("VTMultiPassStorageClose: not a multi-pass storage");
                OSStatus::PARAMETER
            }
        }
    }
}
