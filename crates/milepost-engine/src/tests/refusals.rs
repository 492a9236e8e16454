//! What does not fit is refused, never answered wrongly.

use crate::test_support::error;

#[test]
fn what_does_not_fit_is_refused() {
    for (query, code) in [
        ("voluntary_si.participants + si.coverage in VN", "MP0501"),
        ("si.participants in VN as VND", "MP0501"),
        ("growth of si.participants in VN since 1995 as persons", "MP0501"),
        ("gap of si.coverage in VN to 20 million persons", "MP0501"),
        ("si.participants as % of si.coverage in VN", "MP0501"),
        ("outreach.events as % of outreach.events in VN-HN", "MP0502"),
        ("growth of si.participants in VN", "MP0404"),
        ("growth of si.participants in VN at 2024-06", "MP0404"),
        ("gap of si.coverage in VN", "MP0506"),
        ("si.coverage in VN to 45%", "MP0507"),
        ("gap of si.coverage in VN to 45% since 2023", "MP0405"),
        ("si.participants in VN since 1995 at 2024", "MP0401"),
        ("fund.revenue in VN by quarter at 2022", "MP0401"),
        ("si.participants in VN including projections only targets", "MP0401"),
        ("change of fund.revenue in VN since 2023-06 until 2022-06", "MP0409"),
        ("growth of fund.revenue in VN between 2022 and 2023-Q1", "MP0406"),
        ("change of hi.visits in VN over last 7 months", "MP0408"),
        ("gap of si.participants - ui.participants in VN to target", "MP0505"),
        ("revisions of si.participants - ui.participants in VN at 2023", "MP0508"),
        ("(si.participants since 1995) + ui.participants in VN", "MP0407"),
        ("(si.participants in VN, VN-HN) + ui.participants", "MP0309"),
        ("(hi.participants by province) + ui.participants in VN", "MP0314"),
        ("(top 2 of hi.participants by province) + ui.participants in VN", "MP0314"),
        ("(revisions of hi.participants) + ui.participants in VN", "MP0508"),
        ("(gap of hi.participants) + ui.participants in VN", "MP0506"),
        ("20 million persons", "MP0509"),
        ("share of si.coverage in VN-49 at 2023", "MP0516"),
        ("contribution of outreach.events in VN-HN since 2020", "MP0516"),
        ("contribution of si.participants in VN-HN", "MP0404"),
        ("ytd of si.participants in VN", "MP0510"),
        ("rolling 2 year total of si.coverage in VN", "MP0510"),
        ("rolling 1000000 day mean of fund.revenue in VN", "MP0515"),
        ("total of hi.participants in VN by year", "MP0510"),
        ("total of si.coverage in VN", "MP0510"),
        ("total of outreach.events in VN-HN", "MP0510"),
        ("total of yoy change of si.participants in VN by year", "MP0510"),
        ("mean of hi.participants in VN at 2023", "MP0511"),
        ("max of growth of hi.participants in VN since 2002", "MP0511"),
        ("max of max of hi.participants in VN by year", "MP0512"),
        ("max of rank of hi.participants in VN by year", "MP0512"),
        ("si.participants in VN by 5 years, month", "MP0410"),
        ("si.participants in VN by 1000000 days", "MP0515"),
        ("si.participants in VN as of latest", "MP0402"),
    ] {
        let error = error(query);
        assert!(error.contains(&format!("error[{code}]")), "{query}: {error}");
    }
}

#[test]
fn every_code_has_a_title() {
    for (code, title) in crate::codes() {
        assert_eq!(crate::code_title(code), Some(*title));
    }
    assert!(crate::codes().is_sorted());
}
