//! Arithmetic, order and forms of times.

use std::cmp::Ordering;

use vitascope_core::{Dictionary, RoundingMethod, Time, TimeFlags, Value};

const MAX: i32 = Time::MAX_TIMESCALE;

#[track_caller]
fn check(time: Time, value: i64, timescale: i32, rounded: bool) {
    assert!(time.is_numeric(), "{time}");
    assert_eq!((time.value, time.timescale, time.has_been_rounded()), (value, timescale, rounded), "{time}");
}

/// Every kind of time, in the platform's order; times in one inner list are equal.
fn ordered() -> Vec<Vec<Time>> {
    vec![
        vec![Time::NEGATIVE_INFINITY],
        vec![Time::with_epoch(i64::MAX, 1, -1)],
        vec![Time::new(i64::MIN, 1)],
        vec![Time::new(-1, 3), Time::new(-2, 6)],
        vec![Time::new(-1, MAX)],
        vec![Time::ZERO, Time::new(0, 600)],
        vec![Time::new(1, 3), Time::new(200, 600)],
        vec![Time::new(i64::MAX - 1, MAX)],
        vec![Time::new(i64::MAX, MAX)],
        vec![Time::new(i64::MAX, 1)],
        vec![Time::with_epoch(-5, 1, 1)],
        vec![Time::INDEFINITE],
        vec![Time::POSITIVE_INFINITY],
        vec![Time::INVALID, Time::new(1, 0), Time::new(1, -5), Time::default()],
    ]
}

#[test]
fn order_is_total() {
    let order = ordered();
    for (i, left) in order.iter().enumerate() {
        for (j, right) in order.iter().enumerate() {
            for (a, b) in left.iter().flat_map(|a| right.iter().map(move |b| (a, b))) {
                assert_eq!(a.compare(b), i.cmp(&j), "{a} and {b}");
                assert_eq!(a == b, i == j, "{a} and {b}");
                assert_eq!((*a).max(*b).compare(b), if i > j { Ordering::Greater } else { Ordering::Equal });
                assert_eq!((*a).min(*b).compare(a), if i > j { Ordering::Less } else { Ordering::Equal });
            }
        }
    }
}

#[test]
fn flags_have_the_values_of_the_platform() {
    assert_eq!(Time::ZERO.flags.0, 1);
    assert_eq!(Time::INVALID.flags.0, 0);
    assert_eq!(Time::POSITIVE_INFINITY.flags.0, 5);
    assert_eq!(Time::NEGATIVE_INFINITY.flags.0, 9);
    assert_eq!(Time::INDEFINITE.flags.0, 17);
    assert_eq!(TimeFlags::IMPLIED_VALUE_MASK.0, 28);
    assert_eq!((Time::ZERO.value, Time::ZERO.timescale), (0, 1));
}

#[test]
fn kinds_exclude_each_other() {
    let times =
        [Time::ZERO, Time::POSITIVE_INFINITY, Time::NEGATIVE_INFINITY, Time::INDEFINITE, Time::INVALID];
    for (index, time) in times.iter().enumerate() {
        let kinds = [
            time.is_numeric(),
            time.is_positive_infinity(),
            time.is_negative_infinity(),
            time.is_indefinite(),
            !time.is_valid(),
        ];
        for (kind, answer) in kinds.iter().enumerate() {
            assert_eq!(*answer, kind == index, "{time}, kind {kind}");
        }
    }
    // A flag without the valid flag means nothing.
    let strange = Time { flags: TimeFlags::INDEFINITE, ..Time::ZERO };
    assert!(!strange.is_indefinite() && !strange.is_valid());
    // A claim to be numeric without a timescale is not believed.
    let broken = Time { timescale: 0, ..Time::ZERO };
    assert!(!broken.is_numeric());
    assert_eq!(broken, Time::INVALID);
    assert!(broken.seconds().is_nan());
    assert!(!(broken + Time::ZERO).is_valid());
}

#[test]
fn sums_use_the_least_common_timescale() {
    check(Time::new(1, 3) + Time::new(1, 3), 2, 3, false);
    check(Time::new(1, 4) + Time::new(1, 6), 5, 12, false);
    check(Time::new(1, 600) - Time::new(1, 30), -19, 600, false);
    check(Time::new(1001, 30000) + Time::new(1, 90000), 3004, 90000, false);
    let mut time = Time::new(1, 2);
    time += Time::new(1, 2);
    time -= Time::new(1, 4);
    check(time, 3, 4, false);
}

#[test]
fn sums_round_when_no_timescale_is_exact() {
    // Two primes whose product is too large.
    let (p, q) = (1_000_003, 1_000_033);
    let sum = Time::new(1, p) + Time::new(1, q);
    let exact = (i128::from(p) + i128::from(q)) * i128::from(MAX) * 2 / (i128::from(p) * i128::from(q));
    check(sum, ((exact + 1) / 2) as i64, MAX, true);
    // The mark sticks.
    assert!((sum + Time::ZERO).has_been_rounded());
    assert!((-sum).has_been_rounded());
    assert!(sum.multiply(2).has_been_rounded());
    assert!(sum.absolute().has_been_rounded());
}

#[test]
fn overflows_halve_the_timescale() {
    check(Time::new(i64::MAX, 600) + Time::new(1, 600), 1 << 62, 300, false);
    check(Time::new(i64::MAX, 600) + Time::new(2, 600), (1 << 62) + 1, 300, true);
    check(Time::new(i64::MIN, 600) - Time::new(1, 600), -(1 << 62) - 1, 300, true);
    assert!((Time::new(i64::MAX, 1) + Time::new(1, 1)).is_positive_infinity());
    assert!((Time::new(i64::MIN, 1) - Time::new(1, 1)).is_negative_infinity());
    check(-Time::new(i64::MIN, 2), 1 << 62, 1, false);
    assert!((-Time::new(i64::MIN, 1)).is_positive_infinity());
    check(Time::new(i64::MAX, 4).multiply(2), i64::MAX, 2, false);
    assert!(Time::new(i64::MAX, 1).multiply(-2).is_negative_infinity());
    assert!(Time::new(i64::MAX, 3).multiply(4).is_positive_infinity());
    check(Time::new(i64::MAX, 5).multiply(4), 7_378_697_629_483_820_646, 1, true);
}

#[test]
fn special_times_add_like_limits() {
    let (inf, neg) = (Time::POSITIVE_INFINITY, Time::NEGATIVE_INFINITY);
    let (one, unknown, invalid) = (Time::new(1, 1), Time::INDEFINITE, Time::INVALID);
    let cases = [
        (inf, inf, inf, invalid),
        (inf, neg, invalid, inf),
        (neg, neg, neg, invalid),
        (inf, one, inf, inf),
        (one, inf, inf, neg),
        (one, neg, neg, inf),
        (unknown, one, unknown, unknown),
        (one, unknown, unknown, unknown),
        (unknown, inf, inf, neg),
        (inf, unknown, inf, inf),
        (invalid, inf, invalid, invalid),
        (unknown, invalid, invalid, invalid),
    ];
    for (a, b, sum, difference) in cases {
        assert_eq!(a + b, sum, "{a} + {b}");
        assert_eq!(a - b, difference, "{a} - {b}");
    }
}

#[test]
fn epochs_mix_only_with_durations() {
    let at = |epoch| Time::with_epoch(5, 1, epoch);
    assert_eq!((at(0) + at(3)).epoch, 3);
    assert_eq!((at(3) + at(0)).epoch, 3);
    assert_eq!((at(3) - at(0)).epoch, 3);
    assert_eq!((at(3) + at(3)).epoch, 3);
    assert_eq!((at(3) - at(3)).epoch, 0);
    assert!(!(at(3) + at(4)).is_valid());
    assert!(!(at(3) - at(4)).is_valid());
    assert_eq!(at(3).multiply(2).epoch, 3);
    assert_eq!(at(3).convert_scale(7, RoundingMethod::default()).epoch, 3);
}

#[test]
fn rounding_methods_differ_as_documented() {
    use RoundingMethod::*;
    let methods = [
        RoundHalfAwayFromZero,
        RoundTowardZero,
        RoundAwayFromZero,
        QuickTime,
        RoundTowardPositiveInfinity,
        RoundTowardNegativeInfinity,
    ];
    // value, old and new timescale; results in the order of the platform's numbers.
    let cases = [
        ((5, 10, 1), [1, 0, 1, 0, 1, 0]),
        ((4, 10, 1), [0, 0, 1, 0, 1, 0]),
        ((6, 10, 1), [1, 0, 1, 0, 1, 0]),
        ((-5, 10, 1), [-1, 0, -1, -1, 0, -1]),
        ((-4, 10, 1), [0, 0, -1, -1, 0, -1]),
        ((-15, 10, 1), [-2, -1, -2, -1, -1, -2]),
        ((15, 10, 1), [2, 1, 2, 1, 2, 1]),
        // To a finer timescale QuickTime rounds away from zero.
        ((1, 3, 10), [3, 3, 4, 4, 4, 3]),
        ((-1, 3, 10), [-3, -3, -4, -4, -3, -4]),
        ((20, 10, 1), [2, 2, 2, 2, 2, 2]),
    ];
    for ((value, from, to), results) in cases {
        for (method, expected) in methods.into_iter().zip(results) {
            let time = Time::new(value, from).convert_scale(to, method);
            let exact = i128::from(value) * i128::from(to) == i128::from(expected) * i128::from(from);
            check(time, expected, to, !exact);
        }
    }
    for (number, method) in methods.into_iter().enumerate() {
        assert_eq!(method as usize, number + 1);
        assert_eq!(RoundingMethod::from_number(number as u32 + 1), Some(method));
    }
    assert_eq!(RoundingMethod::from_number(7), None);
    assert_eq!(RoundingMethod::default(), RoundHalfAwayFromZero);
}

#[test]
fn conversion_keeps_special_times_and_refuses_bad_timescales() {
    let method = RoundingMethod::default();
    for time in [Time::POSITIVE_INFINITY, Time::NEGATIVE_INFINITY, Time::INDEFINITE, Time::INVALID] {
        assert_eq!(time.convert_scale(90000, method), time);
    }
    assert!(!Time::ZERO.convert_scale(0, method).is_valid());
    assert!(!Time::ZERO.convert_scale(-1, method).is_valid());
    assert!(Time::new(i64::MAX, 1).convert_scale(2, method).is_positive_infinity());
    assert!(Time::new(i64::MIN, 1).convert_scale(2, method).is_negative_infinity());
    check(Time::new(1001, 30000).convert_scale(90000, method), 3003, 90000, false);
    // An exact conversion does not wash the mark off.
    let rounded = Time::new(1, 3).convert_scale(10, method);
    assert!(rounded.convert_scale(100, method).has_been_rounded());
}

#[test]
fn seconds_come_back_as_the_same_time() {
    let mut random = Random(1);
    for _ in 0..20_000 {
        let timescale =
            [1, 24, 25, 30, 600, 1000, 24000, 30000, 48000, 90000, 1_000_000][random.below(11) as usize];
        let time = Time::new(random.below(1 << 32) as i64 - (1 << 31), timescale);
        let back = Time::from_seconds(time.seconds(), timescale);
        assert_eq!(
            (back.value, back.timescale, back.has_been_rounded()),
            (time.value, timescale, false),
            "{time}"
        );
    }
}

#[test]
fn seconds_are_cut_and_marked() {
    check(Time::from_seconds(0.92, 1), 0, 1, true);
    check(Time::from_seconds(-1.92, 1), -1, 1, true);
    check(Time::from_seconds(0.5, 600), 300, 600, false);
    check(Time::from_seconds(1e15, 1_000_000), 1_000_000_000_000_000 * 7812, 7812, false);
    assert!(Time::from_seconds(1e300, 600).is_positive_infinity());
    assert!(Time::from_seconds(f64::NEG_INFINITY, 600).is_negative_infinity());
    assert!(!Time::from_seconds(f64::NAN, 600).is_valid());
    assert!(!Time::from_seconds(1.0, 0).is_valid());
    assert_eq!(Time::POSITIVE_INFINITY.seconds(), f64::INFINITY);
    assert_eq!(Time::NEGATIVE_INFINITY.seconds(), f64::NEG_INFINITY);
    assert!(Time::INDEFINITE.seconds().is_nan());
}

#[test]
fn ratios_stay_exact_where_they_can() {
    check(Time::new(600, 600).multiply_by_ratio(1, 2), 300, 600, false);
    check(Time::new(1, 600).multiply_by_ratio(2, 4), 1, 1200, false);
    // As observed on the platform.
    check(Time::new(43804, 600).multiply_by_ratio(1, 4), 10951, 600, false);
    check(Time::new(1, 600).multiply_by_ratio(-1, -3), 1, 1800, false);
    check(Time::new(1, 600).multiply_by_ratio(1, -3), -1, 1800, false);
    check(Time::new(1, 600).multiply_by_ratio(i32::MIN, i32::MIN), 1, 600, false);
    // 3 / (2^31 - 1) * 1 / 3: only by cancelling against the timescale is it exact.
    check(Time::new(1, 3_000_000).multiply_by_ratio(3_000_000, 2_000_003), 1, 2_000_003, false);
    let rounded = Time::new(1, 1_000_003).multiply_by_ratio(1, 1_000_033);
    check(rounded, 0, MAX, true);
    assert!(!Time::new(1, 1).multiply_by_ratio(1, 0).is_valid());
    assert!(Time::POSITIVE_INFINITY.multiply_by_ratio(1, -2).is_negative_infinity());
}

#[test]
fn floats_multiply_as_the_fraction_that_they_are() {
    check(Time::new(600, 600).multiply_by_f64(0.5), 300, 600, false);
    check(Time::new(1, 600).multiply_by_f64(0.25), 1, 2400, false);
    check(Time::new(1, 600).multiply_by_f64(-3.0), -3, 600, false);
    check(Time::new(7, 600).multiply_by_f64(0.0), 0, 600, false);
    check(Time::new(0, 600).multiply_by_f64(1e300), 0, 600, false);
    check(Time::new(1, 1).multiply_by_f64(0.1), 100_000_000, 1_000_000_000, true);
    check(Time::new(-10, 1).multiply_by_f64(0.1), -1_000_000_000, 1_000_000_000, true);
    check(Time::new(1, 1).multiply_by_f64(1e-300), 0, 1_000_000_000, true);
    check(Time::new(1, 1).multiply_by_f64(f64::from_bits(1)), 0, 1_000_000_000, true);
    assert!(Time::new(1, 1).multiply_by_f64(1e300).is_positive_infinity());
    assert!(Time::new(-1, MAX).multiply_by_f64(f64::MAX).is_negative_infinity());
    assert!(Time::new(1, 1).multiply_by_f64(f64::NEG_INFINITY).is_negative_infinity());
    assert!(!Time::ZERO.multiply_by_f64(f64::INFINITY).is_valid());
    assert!(!Time::ZERO.multiply_by_f64(f64::NAN).is_valid());
    assert!(Time::NEGATIVE_INFINITY.multiply_by_f64(-0.5).is_positive_infinity());
    assert!(Time::INDEFINITE.multiply_by_f64(2.0).is_indefinite());
    // Halves of the last nanosecond go away from zero, whatever is cut off far below.
    let half = Time::new(1, 1_000_000_000).multiply_by_f64(0.5);
    check(half, 1, 2_000_000_000, false);
    check(Time::new(1, 2_000_000_000).multiply_by_f64(1.0 + f64::EPSILON), 1, 1_000_000_000, true);
    check(Time::new(1, 2_000_000_000).multiply_by_f64(1.0 - f64::EPSILON), 0, 1_000_000_000, true);
    check(Time::new(-1, 2_000_000_000).multiply_by_f64(1.0 + f64::EPSILON), -1, 1_000_000_000, true);
}

#[test]
fn float_products_are_right_to_half_a_unit() {
    let mut random = Random(2);
    for _ in 0..20_000 {
        let time = Time::new(random.next() as i64 >> random.below(60), random.below(1 << 31) as i32 + 1);
        let factor = (random.next() as i64 as f64) * 2f64.powi(random.below(90) as i32 - 100);
        let product = time.multiply_by_f64(factor);
        let expected = time.seconds() * factor;
        if product.is_numeric() {
            let unit = 0.5 / f64::from(product.timescale) + expected.abs() * 1e-15;
            assert!(
                (product.seconds() - expected).abs() <= unit,
                "{time} * {factor:e} = {product}, not {expected}"
            );
        } else {
            assert!(expected.abs() > 9.2e18, "{time} * {factor:e} = {product}, not {expected}");
        }
    }
}

#[test]
fn sums_agree_with_wide_integers() {
    let mut random = Random(3);
    for _ in 0..20_000 {
        let time = |random: &mut Random| {
            let timescale = (random.next() as u32 >> (1 + random.below(30))) as i32;
            Time::new(random.next() as i64 >> random.below(63), timescale.max(1))
        };
        let (a, b) = (time(&mut random), time(&mut random));
        let sum = a + b;
        if sum.has_been_rounded() || !sum.is_numeric() {
            let expected = a.seconds() + b.seconds();
            let unit =
                0.5 / f64::from(sum.timescale.max(1)) + (a.seconds().abs() + b.seconds().abs()) * 1e-15;
            let infinite = !sum.is_numeric() && expected.abs() > 9.2e18;
            assert!(infinite || (sum.seconds() - expected).abs() <= unit, "{a} + {b} = {sum}");
            continue;
        }
        let parts = [(a, b.timescale), (b, a.timescale)];
        let numerator: i128 =
            parts.iter().map(|(time, scale)| i128::from(time.value) * i128::from(*scale)).sum();
        let denominator = i128::from(a.timescale) * i128::from(b.timescale);
        // Compared after division, since the cross products need more than 128 bits.
        let whole = |n: i128, d: i128| (n.div_euclid(d), n.rem_euclid(d));
        let (whole_sum, rest_sum) = whole(sum.value.into(), sum.timescale.into());
        let (whole_exact, rest_exact) = whole(numerator, denominator);
        assert_eq!(whole_sum, whole_exact, "{a} + {b} = {sum}");
        assert_eq!(rest_sum * denominator, rest_exact * i128::from(sum.timescale), "{a} + {b} = {sum}");
        let back = sum - b;
        assert!(back == a || back.has_been_rounded(), "{a} + {b} - {b}");
    }
}

#[test]
fn dictionaries_hold_all_members() {
    for time in
        ordered().into_iter().flatten().chain([Time::new(1, 3).convert_scale(10, RoundingMethod::default())])
    {
        let dictionary = time.to_dictionary();
        assert_eq!(dictionary.keys().collect::<Vec<_>>(), ["value", "timescale", "flags", "epoch"]);
        let back = Time::from_dictionary(&dictionary).unwrap();
        assert_eq!(
            (back.value, back.timescale, back.flags, back.epoch),
            (time.value, time.timescale, time.flags, time.epoch)
        );
        assert_eq!(Value::from(dictionary).as_time(), Some(back));
    }
    let whole = Time::ZERO.to_dictionary();
    for key in ["value", "timescale", "flags", "epoch"] {
        let mut broken = whole.clone();
        broken.remove(key);
        assert_eq!(Time::from_dictionary(&broken).map(|time| time.value), None, "without {key}");
    }
    assert!(Time::from_dictionary(&whole.clone().with("timescale", 1i64 << 31)).is_none());
    assert!(Time::from_dictionary(&whole.with("flags", -1)).is_none());
    assert!(Time::from_dictionary(&Dictionary::new()).is_none());
}

#[test]
fn descriptions_are_short() {
    let cases = [
        (Time::ZERO, "{0/1 = 0.000}"),
        (Time::new(10000, 600), "{10000/600 = 16.667}"),
        (Time::new(1, 3).convert_scale(10, RoundingMethod::default()), "{3/10 = 0.300, rounded}"),
        (Time::with_epoch(1, 2, 7), "{1/2 = 0.500, epoch = 7}"),
        (Time::INVALID, "{INVALID}"),
        (Time::INDEFINITE, "{INDEFINITE}"),
        (Time::POSITIVE_INFINITY, "{+INFINITY}"),
        (Time::NEGATIVE_INFINITY, "{-INFINITY}"),
    ];
    for (time, text) in cases {
        assert_eq!(time.to_string(), text);
        assert_eq!(format!("{time:?}"), text);
    }
}

#[test]
fn absolute_values() {
    check(Time::new(-7, 3).absolute(), 7, 3, false);
    check(Time::new(7, 3).absolute(), 7, 3, false);
    assert!(Time::NEGATIVE_INFINITY.absolute().is_positive_infinity());
    assert!(Time::INDEFINITE.absolute().is_indefinite());
}

/// A small generator, so that failures repeat.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
