#![forbid(unsafe_code)]
//! Containers: y4m, Annex B and MP4/MOV.
