//! `CFURL`: the location of a file, or any other text of that form.

use crate::border::{In, Out, api};
use crate::cf::base::equal;
use crate::cf::string;
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Owned, Payload};

/// A URL.
pub struct CfUrl {
    /// The URL as a string.
    text: Owned,
    /// The path of a file, as text.
    path: Option<String>,
}

/// `kCFURLPOSIXPathStyle`.
const POSIX: isize = 0;

impl CfUrl {
    fn of_file(path: &str, is_directory: bool) -> CfUrl {
        let absolute = match std::path::absolute(path) {
            Ok(absolute) => absolute.to_string_lossy().into_owned(),
            Err(_) => path.to_owned(),
        };
        let mut escaped = String::from("file://");
        for byte in absolute.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                    escaped.push(byte.into())
                }
                other => escaped.push_str(&format!("%{other:02X}")),
            }
        }
        if is_directory && !escaped.ends_with('/') {
            escaped.push('/');
        }
        CfUrl { text: string::new(&escaped), path: Some(absolute) }
    }

    fn of_text(text: &str) -> Option<CfUrl> {
        let scheme = text.split_once(':').map(|(scheme, _)| scheme);
        let plausible = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte > b' ' && byte < 0x7F);
        if !plausible(text) {
            return None;
        }
        let path = match scheme {
            Some("file") => text.strip_prefix("file://").map(|rest| {
                let path = rest.strip_prefix("localhost").unwrap_or(rest);
                unescape(path)
            }),
            Some(_) => None,
            None => Some(unescape(text)),
        };
        Some(CfUrl { text: string::new(text), path })
    }
}

fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match (first, escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Payload for CfUrl {
    const NAME: &'static str = "CFURL";

    fn equal(one: Handle, other: Handle) -> bool {
        let (Some(one), Some(other)) = (one.get::<CfUrl>(), other.get::<CfUrl>()) else { return false };
        equal(*one.text, *other.text)
    }

    fn hash(object: Handle) -> usize {
        object.get::<CfUrl>().map_or(0, |url| crate::cf::base::hash(*url.text))
    }

    fn describe(object: Handle) -> String {
        object.get::<CfUrl>().and_then(|url| string::to_rust(*url.text)).unwrap_or_default()
    }
}

/// The path of a file; `None` for other URLs and other objects.
pub(crate) fn path(url: Handle) -> Option<std::path::PathBuf> {
    url.get::<CfUrl>().and_then(|url| url.path.as_deref()).map(std::path::PathBuf::from)
}

fn object(url: Option<CfUrl>) -> Handle {
    url.map_or(Handle::NULL, |url| Owned::new(url).into_handle())
}

api! {
    /// The type number of URLs.
    fn CFURLGetTypeID() -> usize {
        CLASSES[CfUrl::INDEX].type_id()
    }

    /// A URL of text; NULL when it holds characters that a URL must escape. A base URL is not supported.
    fn CFURLCreateWithString(_allocator: Handle, text: Handle, base: Handle) -> Handle {
        if !base.is_null() {
            log::error!("CFURLCreateWithString: a base URL was given; only NULL is accepted");
            return Handle::NULL;
        }
        object(string::to_rust(text).and_then(|text| CfUrl::of_text(&text)))
    }

    /// The URL of a file's path. Only the POSIX style is accepted.
    fn CFURLCreateWithFileSystemPath(_allocator: Handle, path: Handle, style: isize, is_directory: u8) -> Handle {
        if style != POSIX {
            log::error!("CFURLCreateWithFileSystemPath: path style {style}; only kCFURLPOSIXPathStyle (0) is accepted");
            return Handle::NULL;
        }
        object(string::to_rust(path).map(|path| CfUrl::of_file(&path, is_directory != 0)))
    }

    /// The URL of a file's path in bytes.
    fn CFURLCreateFromFileSystemRepresentation(
        _allocator: Handle, path: In<u8>, count: isize, is_directory: u8,
    ) -> Handle {
        let path = path.bytes(count).and_then(|bytes| std::str::from_utf8(bytes).ok());
        object(path.filter(|path| !path.is_empty()).map(|path| CfUrl::of_file(path, is_directory != 0)))
    }

    /// The URL as text, not retained.
    fn CFURLGetString(url: Handle) -> Handle {
        url.get::<CfUrl>().map_or(Handle::NULL, |url| *url.text)
    }

    /// The path of a file; NULL for other URLs. Only the POSIX style is accepted.
    fn CFURLCopyFileSystemPath(url: Handle, style: isize) -> Handle {
        let path = url.get::<CfUrl>().filter(|_| style == POSIX).and_then(|url| url.path.as_deref());
        path.map_or(Handle::NULL, |path| {
            let trimmed = path.trim_end_matches('/');
            string::new(if trimmed.is_empty() { "/" } else { trimmed }).into_handle()
        })
    }

    /// Copies the path of a file with a zero byte after it; false when it does not fit or there is none.
    fn CFURLGetFileSystemRepresentation(url: Handle, _resolve: u8, buffer: Out<u8>, size: isize) -> u8 {
        let Some(path) = Owned::adopted(CFURLCopyFileSystemPath(url, POSIX)) else { return 0 };
        string::CFStringGetFileSystemRepresentation(*path, buffer, size)
    }

    /// What stands before the colon; NULL when there is none.
    fn CFURLCopyScheme(url: Handle) -> Handle {
        let text = url.get::<CfUrl>().and_then(|url| string::to_rust(*url.text));
        let scheme = text.as_deref().and_then(|text| text.split_once(':')).map(|(scheme, _)| scheme.to_owned());
        scheme.map_or(Handle::NULL, |scheme| string::new(&scheme).into_handle())
    }

    /// The last part of the path; NULL when there is no path.
    fn CFURLCopyLastPathComponent(url: Handle) -> Handle {
        let path = url.get::<CfUrl>().and_then(|url| url.path.as_deref());
        let last = path.map(|path| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned());
        last.map_or(Handle::NULL, |last| string::new(&last).into_handle())
    }

    /// Whether the path is that of a folder by its form.
    fn CFURLHasDirectoryPath(url: Handle) -> u8 {
        let text = url.get::<CfUrl>().and_then(|url| string::to_rust(*url.text));
        text.is_some_and(|text| text.ends_with('/')).into()
    }
}
