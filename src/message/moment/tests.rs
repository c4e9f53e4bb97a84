//! Spellings of points in time, read, moved and compared.

use super::*;
use proptest::prelude::*;

fn moved(text: &str, seconds: i64) -> String {
    Moment::parse(text).unwrap().moved(seconds).unwrap().to_string()
}

#[test]
fn moves_a_number_and_keeps_its_spelling() {
    assert_eq!(moved("1679592510.753", -417_288_510), "1262304000.753");
    assert_eq!(moved("1.679592510753E9", -417_288_510), "1.262304000753E9");
    assert_eq!(moved("1.67959251075300e+9", -417_288_510), "1.26230400075300e+9");
    assert_eq!(moved("1679592510.7500", 90), "1679592600.7500");
    assert_eq!(moved("1.5E9", -417_288_510), "1.08271149E9");
    assert_eq!(moved("15E8", 0), "1.5E9");
    assert_eq!(moved("0.75", -1), "-0.25");
    assert_eq!(moved("-0.25", 1), "0.75");
    assert_eq!(moved("-1.250", -1), "-2.250");
    assert_eq!(moved("-5", 5), "0");
    assert_eq!(moved("1E0", -1), "0E0");
    assert_eq!(moved("12E-1", 0), "1.2E0");
}

#[test]
fn moves_dates_and_keeps_their_spelling() {
    assert_eq!(moved("2023-03-23T17:28:30.750Z", -417_288_510), "2010-01-01T00:00:00.750Z");
    assert_eq!(moved("2023-03-23t18:28:30+01:00", -417_288_510), "2010-01-01t01:00:00+01:00");
    assert_eq!(moved("2020-02-29 23:59:59-23:59", 1), "2020-03-01 00:00:00-23:59");
    assert_eq!(moved("Sun, 06 Nov 1994 08:49:37 GMT", 86_400), "Mon, 07 Nov 1994 08:49:37 GMT");
}

#[test]
fn knows_the_seconds_of_every_spelling() {
    for text in ["784111777", "7.84111777E8", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        assert_eq!(Moment::parse(text).unwrap().seconds(), 784_111_777, "{text}");
    }
    assert_eq!(Moment::parse("-0.5").unwrap().seconds(), -1);
}

#[test]
fn reads_nothing_else_as_a_time() {
    let others = [
        "",
        "-",
        "abc",
        "01",
        "+5",
        "1.",
        ".5",
        "1e",
        "1e400",
        "1E99999999999999999999",
        "NaN",
        "0x10",
        "1_0",
        " 1",
        "2023-03-23",
        "2023-02-29T00:00:00Z",
        "2023-03-23T24:00:00Z",
        "2023-03-23T18:28:30",
        "2023-03-23T18:28:30.Z",
        "2023-3-23T18:28:30Z",
        "2023-03-23T18:28Z",
        "2023-03-23T18:28:30+1:00",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "２０２３-03-23T18:28:30Z",
    ];
    for text in others {
        assert_eq!(Moment::parse(text), None, "{text}");
    }
}

#[test]
fn refuses_to_move_beyond_what_a_date_can_say() {
    assert!(Moment::parse("9999-12-31T23:59:59Z").unwrap().moved(1).is_none());
    assert!(Moment::parse("0000-01-01T00:00:00Z").unwrap().moved(-1).is_none());
}

#[test]
fn compares_across_spellings() {
    let compare = |one: &str, other: &str| Moment::parse(one).unwrap().compare(&Moment::parse(other).unwrap());

    assert_eq!(compare("1.5E9", "1500000000.000"), Ordering::Equal);
    assert_eq!(compare("-0.25", "-0.5"), Ordering::Greater);
    assert_eq!(compare("2010-01-01T00:00:00.5Z", "1262304000.25"), Ordering::Greater);
    assert_eq!(compare("1e9", "1.000000001e9"), Ordering::Less);
}

proptest! {
    #[test]
    fn moving_twice_is_moving_once(
        whole in -9_999_999_999_i64..99_999_999_999, fraction in "(\\.[0-9]{1,9})?", exponent in "([eE][+]?[0-2])?",
        first in -9_999_999_999_i64..9_999_999_999, second in -9_999_999_999_i64..9_999_999_999,
    ) {
        let text = format!("{whole}{fraction}{exponent}");
        let moment = Moment::parse(&text).unwrap();

        let between = moment.clone().moved(first).unwrap().to_string();
        let twice = Moment::parse(&between).unwrap().moved(second).unwrap();

        prop_assert_eq!(twice.to_string(), moment.clone().moved(first + second).unwrap().to_string());
        let back = twice.moved(-(first + second)).unwrap();
        prop_assert_eq!(back.compare(&moment), Ordering::Equal);
    }
}
