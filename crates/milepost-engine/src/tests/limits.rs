//! Limits on queries: whatever is met and whenever, an answer is whole or there is none.

use std::borrow::Cow;
use std::thread;
use std::time::{Duration, Instant};

use milepost_lang::parse;
use milepost_model::{Definition, Fact, Indicator, Period, Region, Status};
use milepost_store::{Batch, CancelToken, Guard, Snapshot, Store};

use crate::{Answer, Outcome, Parameters, Row, Session, execute};

const COMMUNES: usize = 60;
const MONTHS: i32 = 24;

/// Communes of a land with monthly stocks and flows, some of them missing, some estimated, some
/// revised.
fn snapshot() -> Snapshot {
    let mut store = Store::in_memory();
    let mut definitions: Vec<Definition> = vec![
        Indicator::stock("people").unit("persons").into(),
        Indicator::flow("money").unit("VND").into(),
        Region::new("L").name("Land").kind("country").level(0).into(),
    ];
    for at in 0..4 {
        let province = Region::new(format!("P{at}")).kind("province").level(1).parent("L");
        definitions.push(province.into());
    }
    for at in 0..COMMUNES {
        let commune = Region::new(format!("C{at}")).kind("commune").level(2);
        definitions.push(commune.parent(format!("P{}", at % 4)).into());
    }
    store.define(definitions).unwrap();
    let catalogue = store.snapshot().catalogue().clone();
    let mut facts = Vec::new();
    for at in 0..COMMUNES {
        let region = catalogue.find_regions(&format!("C{at}"))[0];
        for month in 0..MONTHS {
            let number = i64::try_from(at).unwrap() * 31 + i64::from(month) * 7;
            if number % 11 == 3 {
                continue;
            }
            let period = format!("{}-{:02}", 2019 + month / 12, month % 12 + 1);
            for (name, add) in [("people", 1_000), ("money", 5)] {
                let indicator = catalogue.find_indicator(name).found().unwrap();
                let period: Period = period.parse().unwrap();
                let value = Some((number + add).into());
                let mut fact = Fact::new(indicator, region, period, value);
                fact.published = Some(period.last_day());
                // Few regions, so that the others are answered side by side.
                if at % 29 == 7 && month == 12 {
                    fact.status = Status::ESTIMATE;
                }
                facts.push(fact);
            }
        }
    }
    store.commit(Batch { facts, ..Batch::default() }).unwrap();
    store.snapshot()
}

/// Questions that are answered side by side, one by one, with reducers, conditions, triangles.
const QUESTIONS: [&str; 14] = [
    "people by commune in L at 2020-12",
    "people by commune, month in L since 2019-01",
    "growth of people by commune in L since 2019-01",
    "top 3 of growth of people by commune in L since 2019-02",
    "people / money by province, month in L since 2019-02",
    "money by province, quarter in L since 2019",
    "people in L by month since 2019-01",
    "mean of people by commune, month in L since 2019-01",
    "rank of people by commune in L at 2020-06",
    "people by commune in L at 2020-06 where value > 1100 persons",
    "money in C1 by month, vintage since 2020-01",
    "people by commune, status in L at 2020-06",
    "max of people in C2",
    "gap of people by commune in L to parent at 2020-06",
];

fn ask(snapshot: &Snapshot, text: &str) -> Result<Answer, &'static str> {
    let script = parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    match execute(snapshot, &mut Session::new(), &script.statements[0], &Parameters::new()) {
        Ok(Outcome::Answer(answer)) => Ok(answer),
        Ok(other) => panic!("{text}: {other:?}"),
        Err(error) => Err(error.code),
    }
}

/// Everything that an answer says.
fn told(answer: &Answer) -> String {
    let notes: Vec<_> = answer.notes.iter().map(|n| (n.code, &n.message, &n.help)).collect();
    format!("{:?}\n{:?}\n{notes:?}", answer.axes, answer.rows)
}

#[test]
fn whatever_the_memory_an_answer_is_whole_or_refused() {
    let snapshot = snapshot();
    for text in QUESTIONS {
        let whole = told(&ask(&snapshot, text).unwrap_or_else(|code| panic!("{text}: {code}")));
        let (mut refused, mut limit) = (0, 0_u64);
        loop {
            let guarded = snapshot.guarded(Guard::new(None, None, limit));
            match ask(&guarded, text) {
                Ok(answer) => {
                    assert_eq!(told(&answer), whole, "{text} with {limit} bytes");
                    break;
                }
                Err(code) => assert_eq!(code, "MP0605", "{text} with {limit} bytes"),
            }
            refused += 1;
            limit = limit + limit / 8 + 16;
        }
        assert!(refused > 1, "{text} needs no memory");
        assert!(limit < 64 << 20, "{text} needs {limit} bytes");
    }
}

#[test]
fn whenever_it_is_cancelled_an_answer_is_whole_or_refused() {
    let snapshot = snapshot();
    let (mut cancelled, mut answered) = (0, 0);
    for text in QUESTIONS {
        let began = Instant::now();
        let whole = told(&ask(&snapshot, text).unwrap());
        let all = began.elapsed();
        for part in 0..24 {
            let token = CancelToken::new();
            let guarded = snapshot.guarded(Guard::new(None, Some(token.clone()), u64::MAX));
            let cancelling = thread::spawn(move || {
                thread::sleep(all.mul_f64(f64::from(part) / 16.0).min(Duration::from_millis(20)));
                token.cancel();
            });
            match ask(&guarded, text) {
                Ok(answer) => {
                    answered += 1;
                    assert_eq!(told(&answer), whole, "{text}");
                }
                Err(code) => {
                    cancelled += 1;
                    assert_eq!(code, "MP0604", "{text}");
                }
            }
            cancelling.join().unwrap();
        }
    }
    assert!(cancelled > 0, "{answered} were answered");
}

#[test]
fn a_limit_that_was_met_before_ends_every_statement() {
    let snapshot = snapshot();
    let token = CancelToken::new();
    token.cancel();
    let cancelled = Guard::new(None, Some(token), u64::MAX);
    let late = Guard::new(Some(Instant::now()), None, u64::MAX);
    for (guard, expected) in [(cancelled, "MP0604"), (late, "MP0603")] {
        let guarded = snapshot.guarded(guard);
        for text in ["people in C1", "explain people in C1", "list regions", "describe people"] {
            let script = parse(text).unwrap();
            let statement = &script.statements[0];
            let run = execute(&guarded, &mut Session::new(), statement, &Parameters::new());
            assert_eq!(run.map(drop).map_err(|error| error.code), Err(expected), "{text}");
        }
    }
}

/// Millions of rows, which take minutes; asked for row by row and side by side.
#[test]
fn an_answer_of_millions_of_rows_does_not_go_on_being_built() {
    let snapshot = snapshot();
    for text in [
        "people by commune, day in L since 1800 until 2100 where value > 0 persons",
        "mean of people by commune, day in L since 1800 until 2100",
    ] {
        let token = CancelToken::new();
        let guarded = snapshot.guarded(Guard::new(None, Some(token.clone()), u64::MAX));
        let asking = thread::spawn(move || ask(&guarded, text).map(|answer| answer.rows.len()));
        thread::sleep(Duration::from_millis(300));
        token.cancel();
        assert_eq!(asking.join().unwrap(), Err("MP0604"), "{text}");
        let soon = Instant::now().checked_add(Duration::from_millis(300));
        let guarded = snapshot.guarded(Guard::new(soon, None, u64::MAX));
        assert_eq!(ask(&guarded, text).map(|answer| answer.rows.len()), Err("MP0603"), "{text}");
        let guarded = snapshot.guarded(Guard::new(None, None, 1 << 30));
        assert_eq!(ask(&guarded, text).map(|answer| answer.rows.len()), Err("MP0605"), "{text}");
    }
}

/// Rows that are written out later neither look at the guard of their query nor lack anything.
#[test]
fn rows_are_written_out_after_the_limit_was_met() {
    let snapshot = snapshot();
    let text = "people by commune, month in L since 2018-01";
    let whole = told(&ask(&snapshot, text).unwrap());
    let token = CancelToken::new();
    let guarded = snapshot.guarded(Guard::new(None, Some(token.clone()), u64::MAX));
    let answer = ask(&guarded, text).unwrap();
    token.cancel();
    assert_eq!(told(&answer), whole);

    // Side by side, for otherwise the rows are there from the beginning.
    let answer = ask(&snapshot, text).unwrap();
    let rows = |guard: &Guard| answer.rows.write_out(guard).map_err(|error| error.code);
    assert_eq!(rows(&Guard::new(None, Some(token), u64::MAX)), Err("MP0604"));
    assert_eq!(rows(&Guard::new(Some(Instant::now()), None, u64::MAX)), Err("MP0603"));
    assert_eq!(rows(&Guard::new(None, None, 10_000)), Err("MP0605"));
    assert_eq!(rows(&Guard::new(None, None, 10_000_000)), Ok(()));
    assert_eq!(rows(&Guard::new(None, None, 0)), Ok(()), "they are there already");
    assert_eq!(told(&answer), whole);
}

/// A stream gives the rows that looking at them would, and looks at limits without counting memory.
#[test]
fn rows_are_streamed_up_to_a_limit() {
    let snapshot = snapshot();
    for text in ["people by commune, month in L since 2018-01", "people in L at latest"] {
        let answer = ask(&snapshot, text).unwrap();
        let streamed: Vec<Row> = answer.rows.stream().map(Cow::into_owned).collect();
        let is_kept = matches!(answer.rows.stream().next(), Some(Cow::Borrowed(_)));
        assert_eq!(is_kept, !text.contains("commune"), "{text}");
        let again = Answer { rows: streamed.into(), ..answer.clone() };
        assert_eq!(told(&again), told(&answer), "{text}");
        assert!(matches!(answer.rows.stream().next(), Some(Cow::Borrowed(_))), "{text}");
    }
    let answer = ask(&snapshot, "people by commune, month in L since 2018-01").unwrap();
    let codes = |guard: &Guard| -> Vec<Option<&str>> {
        answer.rows.stream_within(guard).map(|row| row.err().map(|error| error.code)).collect()
    };
    let token = CancelToken::new();
    token.cancel();
    assert_eq!(codes(&Guard::new(None, Some(token), u64::MAX)), [Some("MP0604")]);
    assert_eq!(codes(&Guard::new(Some(Instant::now()), None, u64::MAX)), [Some("MP0603")]);
    assert_eq!(codes(&Guard::new(None, None, 0)), vec![None; answer.rows.len()]);
}
