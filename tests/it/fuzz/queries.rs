//! The parameters of addresses.

use axum::http::Uri;

use super::forms::{Desk, ended};
use super::mutation::{self, Dice};
use super::{feed, lines};

/// What readers of addresses stumble over.
const OF_QUERIES: &[&[u8]] = &[
    b"%00",
    b"%",
    b"%2",
    b"%ED%A0%80",
    b"%FF%FE",
    b"%E2%80%AE",
    b"%25",
    b"%5C",
    b"_",
    b"'",
    b"&",
    b"=",
    b"+",
    b"[]",
    b"[0]",
    b"after=",
    b"before=",
    b"page=-1",
    b"9223372036854775808",
    b"-1",
    b"0",
    b"262143-12-31",
    b"0000-00-00",
    b"2026-06-15T04:00:00Z",
    b"00000000-0000-0000-0000-000000000000",
    b"NaN",
    b"1e999",
];

/// S60.
#[test]
fn an_address_with_any_parameters_is_answered_with_a_page() {
    let seed = |line: String| {
        let (who, address) = line.split_once(' ').unwrap();
        (who.to_owned(), address.to_owned())
    };
    let seeds: Vec<(String, String)> = lines("query").into_iter().map(seed).collect();
    let query = |address: &str| address.split_once('?').unwrap().1.as_bytes().to_vec();
    let queries = seeds.iter().map(|(_, address)| query(address)).collect();
    let queries = mutation::bytes(queries, OF_QUERIES);
    let known = seeds.clone();
    let made = move |dice: &mut Dice| {
        let (who, address) = dice.of(&known).clone();
        let (path, query) = address.split_once('?').unwrap();
        let query = queries.changed(query.as_bytes().to_vec(), dice);
        // What can't stand in an address isn't sent by anyone.
        let sendable = query.into_iter().filter(u8::is_ascii_graphic).map(char::from);
        let query: String = sendable.filter(|sign| !"#\"<>".contains(*sign)).collect();
        (who, format!("{path}?{query}"))
    };
    let ended = feed("queries", 80, (seeds, made), || {
        let desk = Desk::new(true);
        move |(who, address): &(String, String)| {
            if address.replace("@CASE@", "x").parse::<Uri>().is_err() {
                return "no address";
            }
            ended(&desk.get(who, address), &format!("{who} {address}"))
        }
    });
    assert!(ended.contains_key("OK"), "{ended:?}");
}
