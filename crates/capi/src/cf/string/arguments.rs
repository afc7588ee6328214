//! Variable arguments of C: how a function with `...` hands them over, and how they are read one by one.
//!
//! Rust cannot define such functions yet, so [`variadic_entry`] writes their few instructions: they save the registers that
//! hold arguments, lay out what C calls a `va_list`, and call a function that takes its address.

/// C's `va_list` as a function gets it: an address on both architectures.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct VaList(*mut Registers);

/// The arguments that are left.
pub(super) struct Arguments<'a>(&'a mut Registers);

impl VaList {
    /// The arguments to read; `None` for NULL.
    pub(super) fn arguments<'a>(self) -> Option<Arguments<'a>> {
        // SAFETY: not NULL, so by C's promise a `va_list` that nobody else uses during the call.
        (!self.0.is_null()).then(|| Arguments(unsafe { &mut *self.0 }))
    }
}

impl Arguments<'_> {
    /// The next integer of at most 64 bits, or address; the upper bits of a shorter one are undefined.
    pub(super) fn integer(&mut self) -> u64 {
        // SAFETY: the format names an integer here, so by C's promise there is one.
        unsafe { self.0.integer() }
    }

    /// The next `double`.
    pub(super) fn double(&mut self) -> f64 {
        // SAFETY: the format names a `double` here, so by C's promise there is one.
        unsafe { self.0.double() }
    }

    /// The next `long double`, rounded to the nearest `double`.
    pub(super) fn long_double(&mut self) -> f64 {
        // SAFETY: the format names a `long double` here, so by C's promise there is one.
        unsafe { self.0.long_double() }
    }
}

/// A number of `sign`, a 64-bit `fraction` with the units bit on top, and a power of two; nearest, ties to even.
fn assemble(negative: bool, fraction: u64, exponent: i32) -> f64 {
    let magnitude = if fraction == 0 {
        0.0
    } else {
        // `fraction` becomes a double with one rounding; the scaling is exact but for results below the normal range.
        let mut value = fraction as f64;
        let mut left = exponent - 63;
        while left != 0 {
            let step = left.clamp(-1000, 1000);
            value *= f64::from_bits(((1023 + step) as u64) << 52);
            left -= step;
            if value == 0.0 || value.is_infinite() {
                break;
            }
        }
        value
    };
    if negative { -magnitude } else { magnitude }
}

#[cfg(target_arch = "x86_64")]
mod system {
    //! System V ABI, AMD64 Architecture Processor Supplement 3.5.7.

    #[repr(C)]
    pub(crate) struct Registers {
        general_offset: u32,
        vector_offset: u32,
        stack: *const u8,
        saved: *const u8,
    }

    const GENERAL_END: u32 = 48;
    const VECTOR_END: u32 = 176;

    impl Registers {
        unsafe fn on_stack(&mut self, size: usize, align: usize) -> *const u8 {
            let padding = self.stack.align_offset(align);
            // SAFETY: by the caller's promise one more argument lies on the stack.
            unsafe {
                let place = self.stack.add(padding);
                self.stack = place.add(size);
                place
            }
        }

        pub(super) unsafe fn integer(&mut self) -> u64 {
            // SAFETY: by the caller's promise there is an argument, here or on the stack.
            unsafe {
                if self.general_offset < GENERAL_END {
                    let place = self.saved.add(self.general_offset as usize);
                    self.general_offset += 8;
                    place.cast::<u64>().read_unaligned()
                } else {
                    self.on_stack(8, 1).cast::<u64>().read_unaligned()
                }
            }
        }

        pub(super) unsafe fn double(&mut self) -> f64 {
            // SAFETY: as above.
            unsafe {
                if self.vector_offset < VECTOR_END {
                    let place = self.saved.add(self.vector_offset as usize);
                    self.vector_offset += 16;
                    place.cast::<f64>().read_unaligned()
                } else {
                    self.on_stack(8, 1).cast::<f64>().read_unaligned()
                }
            }
        }

        pub(super) unsafe fn long_double(&mut self) -> f64 {
            // SAFETY: as above; ten bytes of an extended number in sixteen.
            let (fraction, high) = unsafe {
                let place = self.on_stack(16, 16);
                (place.cast::<u64>().read_unaligned(), place.add(8).cast::<u16>().read_unaligned())
            };
            let (negative, exponent) = (high & 0x8000 != 0, i32::from(high & 0x7FFF));
            match exponent {
                0x7FFF if fraction << 1 != 0 => f64::NAN,
                0x7FFF => super::assemble(negative, 1 << 63, 4000),
                _ => super::assemble(negative, fraction, exponent.max(1) - 16383),
            }
        }
    }

    /// Defines an exported function of `named` arguments and `...`, which calls `inner` with them and a `va_list`.
    macro_rules! variadic_entry {
        ($(#[$meta:meta])* $name:ident, $named:literal, $register:literal, $inner:path) => {
            $(#[$meta])*
            #[unsafe(naked)]
            #[unsafe(no_mangle)]
            pub extern "C" fn $name() {
                core::arch::naked_asm!(
                    ".cfi_startproc",
                    "sub rsp, 216",
                    ".cfi_adjust_cfa_offset 216",
                    "mov [rsp + 32], rdi",
                    "mov [rsp + 40], rsi",
                    "mov [rsp + 48], rdx",
                    "mov [rsp + 56], rcx",
                    "mov [rsp + 64], r8",
                    "mov [rsp + 72], r9",
                    "movaps [rsp + 80], xmm0",
                    "movaps [rsp + 96], xmm1",
                    "movaps [rsp + 112], xmm2",
                    "movaps [rsp + 128], xmm3",
                    "movaps [rsp + 144], xmm4",
                    "movaps [rsp + 160], xmm5",
                    "movaps [rsp + 176], xmm6",
                    "movaps [rsp + 192], xmm7",
                    "mov dword ptr [rsp], 8 * {named}",
                    "mov dword ptr [rsp + 4], 48",
                    "lea rax, [rsp + 224]",
                    "mov [rsp + 8], rax",
                    "lea rax, [rsp + 32]",
                    "mov [rsp + 16], rax",
                    concat!("mov ", $register, ", rsp"),
                    "call {inner}",
                    "add rsp, 216",
                    ".cfi_adjust_cfa_offset -216",
                    "ret",
                    ".cfi_endproc",
                    named = const $named,
                    inner = sym $inner,
                )
            }
        };
    }
    pub(crate) use variadic_entry;
}

#[cfg(target_arch = "aarch64")]
mod system {
    //! Procedure Call Standard for the Arm 64-bit Architecture, appendix B.

    #[repr(C)]
    pub(crate) struct Registers {
        stack: *const u8,
        general_top: *const u8,
        vector_top: *const u8,
        general_offset: i32,
        vector_offset: i32,
    }

    impl Registers {
        unsafe fn on_stack(&mut self, size: usize, align: usize) -> *const u8 {
            let padding = self.stack.align_offset(align);
            // SAFETY: by the caller's promise one more argument lies on the stack.
            unsafe {
                let place = self.stack.add(padding);
                self.stack = place.add(size);
                place
            }
        }

        unsafe fn vector(&mut self, size: usize) -> *const u8 {
            // SAFETY: by the caller's promise there is an argument, here or on the stack.
            unsafe {
                if self.vector_offset < 0 {
                    let place = self.vector_top.offset(self.vector_offset as isize);
                    self.vector_offset += 16;
                    place
                } else {
                    self.on_stack(size, size)
                }
            }
        }

        pub(super) unsafe fn integer(&mut self) -> u64 {
            // SAFETY: as above.
            unsafe {
                if self.general_offset < 0 {
                    let place = self.general_top.offset(self.general_offset as isize);
                    self.general_offset += 8;
                    place.cast::<u64>().read_unaligned()
                } else {
                    self.on_stack(8, 1).cast::<u64>().read_unaligned()
                }
            }
        }

        pub(super) unsafe fn double(&mut self) -> f64 {
            // SAFETY: as above.
            unsafe { self.vector(8).cast::<f64>().read_unaligned() }
        }

        pub(super) unsafe fn long_double(&mut self) -> f64 {
            // SAFETY: as above; a number of 128 bits.
            let bits = unsafe { self.vector(16).cast::<u128>().read_unaligned() };
            let (negative, exponent) = (bits >> 127 != 0, (bits >> 112) as i32 & 0x7FFF);
            let fraction = bits << 16 >> 16;
            // Bits that are cut off still count for rounding.
            let top = (fraction >> 49) as u64 | u64::from(fraction << 79 != 0);
            match exponent {
                0x7FFF if fraction != 0 => f64::NAN,
                0x7FFF => super::assemble(negative, 1 << 63, 4000),
                0 => super::assemble(negative, top, -16382),
                _ => super::assemble(negative, top | 1 << 63, exponent - 16383),
            }
        }
    }

    /// Defines an exported function of `named` arguments and `...`, which calls `inner` with them and a `va_list`.
    macro_rules! variadic_entry {
        ($(#[$meta:meta])* $name:ident, $named:literal, $register:literal, $inner:path) => {
            $(#[$meta])*
            #[unsafe(naked)]
            #[unsafe(no_mangle)]
            pub extern "C" fn $name() {
                core::arch::naked_asm!(
                    ".cfi_startproc",
                    "stp x29, x30, [sp, #-240]!",
                    ".cfi_adjust_cfa_offset 240",
                    ".cfi_offset x29, -240",
                    ".cfi_offset x30, -232",
                    "stp x0, x1, [sp, #48]",
                    "stp x2, x3, [sp, #64]",
                    "stp x4, x5, [sp, #80]",
                    "stp x6, x7, [sp, #96]",
                    "stp q0, q1, [sp, #112]",
                    "stp q2, q3, [sp, #144]",
                    "stp q4, q5, [sp, #176]",
                    "stp q6, q7, [sp, #208]",
                    "add x9, sp, #240",
                    "str x9, [sp, #16]",
                    "str x9, [sp, #32]",
                    "add x9, sp, #112",
                    "str x9, [sp, #24]",
                    "mov w9, #(8 * {named} - 64)",
                    "str w9, [sp, #40]",
                    "mov w9, #-128",
                    "str w9, [sp, #44]",
                    concat!("add ", $register, ", sp, #16"),
                    "bl {inner}",
                    "ldp x29, x30, [sp], #240",
                    ".cfi_adjust_cfa_offset -240",
                    "ret",
                    ".cfi_endproc",
                    named = const $named,
                    inner = sym $inner,
                )
            }
        };
    }
    pub(crate) use variadic_entry;
}

use system::Registers;
pub(crate) use system::variadic_entry;
