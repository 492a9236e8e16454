//! The phrases.

/// What people say, what Since says, and why.
pub(super) struct Phrase {
    /// Words of the phrase; see [`super::matching`](super::matching) for the words in capitals.
    pub(super) said: &'static str,
    /// What Since says, with `$1`, `$2` … for what was captured; empty to leave the phrase out,
    /// None where no words would do.
    pub(super) since: Option<&'static str>,
    /// Advice.
    pub(super) help: &'static str,
}

const fn says(said: &'static str, since: &'static str, help: &'static str) -> Phrase {
    Phrase { said, since: Some(since), help }
}

const fn teaches(said: &'static str, help: &'static str) -> Phrase {
    Phrase { said, since: None, help }
}

const LAST: &str =
    "`over last 5 years` counts back from the latest figure, `since 2018` names a base";
const SPAN: &str = "`between A and B` compares the figure of A with that of B";
const AT: &str = "`in` names a place, `at 2019` the figure of a time, `during 2019` what it added";
const LATEST: &str = "without a time the latest figure is shown; `latest` names it";
const SINCE: &str = "`since A` names the figure that a comparison starts from";
const UNTIL: &str = "`until B` names the last figure";
const EDGES: &str = "`end of` is the close of a period, `start of` its opening";
const BY: &str = "`by year` makes a row for each year";
const PLACES: &str = "`by province in VN` makes a row for each province";
const CAGR: &str =
    "`cagr of` is the growth a year on average, `growth of … by year` that of each year";
const GROWTH: &str = "`growth of` is relative and in percent, `change of` is the difference";
const CHANGE: &str = "`change of` is the end less the base, and negative for a fall";
const YOY: &str = "`yoy growth of` compares with the same period one year earlier";
const STEPS: &str = "`growth of … by month` has the growth of each month over the one before";
const MAX: &str = "`max of` is the greatest row, `top 5 of` the five greatest";
const MIN: &str = "`min of` is the least row, `bottom 5 of` the five least";
const SHARE: &str =
    "`share of` compares with the whole region, `a as % of b` with another indicator";
const RATIO: &str = "`a / b` divides, `a as % of b` divides in percent";
const SIGNS: &str = "arithmetic is written with `+`, `-`, `*` and `/`, with blanks around a minus";
const UNIT: &str = "`as million persons` shows figures in another unit";
const PERCENT: &str = "`a as % of b` is a ratio in percent";
const GOAL: &str = "goals are written `to 2025 target`, `to parent`, `to 95%`";
const STATUS: &str = "the statuses are actual, provisional, estimate, projection and target";
const SIDE: &str = "`in A, B` puts two places side by side, `between A and B` two times, \
                    `gap of a to (b)` two figures";
const SHOW: &str = "a query names what it shows: `growth of si.participants in VN since 1995`";
const LET: &str = "`let name = …` gives a query a name";
const LISTS: &str = "`list indicators`, `list regions`, `list milestones`, `list units`";
const WHERE: &str = "places and times stand in clauses: `in VN at 2019`";

/// Every phrase; of those that fit at a place the longest counts, and of equals the first.
pub(super) const PHRASES: &[Phrase] = &[
    // Stretches of time.
    says(
        "in|for|during|within|since the? last|past|previous NUMBER FREQUENCY",
        "over last $1 $2",
        LAST,
    ),
    says("since|for|over|in|within|during NUMBER FREQUENCY ago?", "over last $1 $2", LAST),
    says("over the? last|past|previous NUMBER FREQUENCY", "over last $1 $2", LAST),
    says("!over the? last|past|previous NUMBER FREQUENCY", "over last $1 $2", LAST),
    says("from TIME to|until|till|through|- TIME", "between $1 and $2", SPAN),
    says("since TIME to|till|through|- TIME", "since $1 until $2", SPAN),
    says("between TIME to|,|-|–|until|till TIME", "between $1 and $2", SPAN),
    says("at|in|during|over|for TIME -|–|to TIME", "between $1 and $2", SPAN),
    says("!since|between|from|until|at|and TIME -|–|to TIME", "between $1 and $2", SPAN),
    // One time.
    says("in|on the? TIME", "at $1", AT),
    says("!at|since|until|between|and|during|before|after|of|to|by|the FOREIGN", "at $1", AT),
    says("in|during|at the? current|this|present FREQUENCY", "at latest", LATEST),
    says("this|current FREQUENCY", "at latest", LATEST),
    says("^ now|today|present", "latest", LATEST),
    says("now|today|currently|nowadays", "at latest", LATEST),
    teaches("last|previous FREQUENCY", LAST),
    says(
        "as at TIME",
        "at $1",
        "`at` names the period of a figure, `as of` the day on which it was known",
    ),
    says("up to TIME", "until $1", UNTIL),
    says("till|til|thru|through TIME", "until $1", UNTIL),
    says("till|til", "until", UNTIL),
    teaches("up", UNTIL),
    says("starting|beginning|start from|in|at|with|on? TIME", "since $1", SINCE),
    says("starting|beginning from|in|at|with|on", "since", SINCE),
    says("end|late TIME", "end of $1", EDGES),
    says("start|begin|beginning|early TIME", "start of $1", EDGES),
    says("the end of", "end of", EDGES),
    says("the? start|beginning of", "start of", EDGES),
    says("at date|day TIME", "at $1", AT),
    says("versus|vs|against TIME", "since $1", SINCE),
    says("compared|relative to|with TIME", "since $1", SINCE),
    // Rows.
    says("each|every|per FREQUENCY", "by $1", BY),
    says("by? yearly|annually|annual|annum", "by year", BY),
    says("by? half-yearly|semiannually", "by half", BY),
    says("by? quarterly", "by quarter", BY),
    says("by? monthly", "by month", BY),
    says("by? weekly", "by week", BY),
    says("by? daily", "by day", BY),
    says("for|in|over all|each|every LEVEL", "by $1", PLACES),
    teaches("all|each|every LEVEL", PLACES),
    says("where region|province|country|place|area =|in|is NAME", "in $1", WHERE),
    says("where year|period|date|time|month =|is TIME", "at $1", WHERE),
    teaches("^ region|province|country|year|period|date", WHERE),
    says("{ region|province|country|place|area = NAME }", "in $1", WHERE),
    says("[ TIME ]", "at $1", WHERE),
    says("[ NUMBER y ]", "over last $1 years", LAST),
    says("[ NUMBER w ]", "over last $1 weeks", LAST),
    says("[ NUMBER d ]", "over last $1 days", LAST),
    // Measures.
    says("average? annual|yearly|year growth rate? OF", "cagr of", CAGR),
    says("average|mean growth rate? OF", "cagr of", CAGR),
    says("compound annual? growth rate? OF", "cagr of", CAGR),
    says("growth rate|rates OF", "growth of", GROWTH),
    says(
        "percent|percentage|%|relative change|growth|increase|rise|decrease OF",
        "growth of",
        GROWTH,
    ),
    says(
        "percent|percentage|%|relative change|growth|increase|rise|decrease in",
        "growth of",
        GROWTH,
    ),
    says("absolute change|growth|increase OF", "change of", CHANGE),
    says("growth in NAME in", "growth of $1 in", GROWTH),
    says("change|increase|rise|decrease|fall|drop in NAME in", "change of $1 in", CHANGE),
    says("year over|on year growth|increase? OF", "yoy growth of", YOY),
    says("year over|on year change OF", "yoy change of", YOY),
    says("year-over-year|year-on-year growth|increase? OF", "yoy growth of", YOY),
    says("year-over-year|year-on-year change OF", "yoy change of", YOY),
    says("y / y growth|increase? OF", "yoy growth of", YOY),
    says("yoy OF", "yoy growth of", YOY),
    says("yoy NAME", "yoy growth of $1", YOY),
    says("growth yoy OF", "yoy growth of", YOY),
    says("change yoy OF", "yoy change of", YOY),
    teaches(
        "mom|qoq|wow|month-over-month|month-on-month|quarter-on-quarter growth|change? OF",
        STEPS,
    ),
    says(
        "increase|rise|gain|decrease|decline|drop|fall|delta|difference|diff OF",
        "change of",
        CHANGE,
    ),
    says("ratio of NAME to|and|over NAME", "$1 / $2", RATIO),
    teaches("ratio OF", RATIO),
    says("proportion|percentage|percent|fraction|portion OF", "share of", SHARE),
    says("^ % of", "share of", SHARE),
    says(
        "distance|shortfall|deficit OF",
        "gap of",
        "`gap of x to 2025 target` is what is missing to a goal",
    ),
    says("gap between NAME and NUMBER", "gap of $1 to $2", GOAL),
    says(
        "rate|speed OF",
        "pace of",
        "`pace of` is the change a year; the rate of growth is `growth of`",
    ),
    // Reducers.
    says("average|avg OF", "mean of", "`mean of` is the arithmetic mean of the rows"),
    says("sum|sums OF", "total of", "`total of` adds rows up; a stock has no total along time"),
    says("maximum|highest|largest|biggest|greatest|best|peak OF", "max of", MAX),
    says("minimum|lowest|smallest|least|worst OF", "min of", MIN),
    says("highest|largest|biggest|greatest|best NAME", "max of $1", MAX),
    says("lowest|smallest|worst NAME", "min of $1", MIN),
    says("top OF", "top 5 of", MAX),
    says("bottom OF", "bottom 5 of", MIN),
    says("top three", "top 3", MAX),
    says("top five", "top 5", MAX),
    says("top ten", "top 10", MAX),
    says("bottom three", "bottom 3", MIN),
    says("bottom five", "bottom 5", MIN),
    says("bottom ten", "bottom 10", MIN),
    says("ranking|position OF", "rank of", "`rank of` is the place of each row"),
    says("count ( * ) of", "count of", "`count of` counts the rows that have a figure"),
    says("number|value|values|amount|level|figure|figures OF", "", SHOW),
    teaches("trend|history|series|timeline OF", "`x by year since 1995` is a series"),
    teaches(
        "forecast|forecasts|projection|projections|prediction OF",
        "`x in VN including projections` admits projected figures",
    ),
    teaches(
        "target|targets|goal OF",
        "`x in VN only targets` shows targets, `gap of x in VN to target` compares with the next one",
    ),
    // Arithmetic.
    says("minus", "-", SIGNS),
    says("plus", "+", SIGNS),
    says("times|x NUMBER", "* $1", SIGNS),
    says("divided by", "/", SIGNS),
    says("over NAME", "/ $1", SIGNS),
    says("per capita|head|inhabitant", "/ population", "`a / b` divides by another indicator"),
    teaches(
        "per NAME",
        "`a / b` divides by another indicator; `per` stands only in units: `as VND per person`",
    ),
    says(
        "NUMBER mil|mio|mn|mln|millions|trieu",
        "$1 million",
        "numbers are written `20 million persons`",
    ),
    says("NUMBER bn|bln|billions|ty", "$1 billion", "numbers are written `20 billion VND`"),
    says(
        "NUMBER k|thousands|nghin|ngan",
        "$1 thousand",
        "numbers are written `20 thousand persons`",
    ),
    // Units and ratios.
    says("in|to thousand|thousands NAME", "as thousand $1", UNIT),
    says("in|to million|millions NAME", "as million $1", UNIT),
    says("in|to billion|billions NAME", "as billion $1", UNIT),
    says("in|to trillion|trillions NAME", "as trillion $1", UNIT),
    teaches("in|to thousand|thousands|million|millions|billion|billions|trillion|trillions", UNIT),
    says("in %|percent", "as %", UNIT),
    says("as a % of", "as % of", PERCENT),
    says("as a? percentage|percent|pct|share|proportion|fraction|ratio of", "as % of", PERCENT),
    says("NAME % of", "$1 as % of", PERCENT),
    // Goals and statuses.
    says("to the? target|goal of|in|for|at|by? TIME", "to $1 target", GOAL),
    says("to the? national|country|regional average|mean|level|figure", "to parent", GOAL),
    says("from NUMBER", "to $1", GOAL),
    says(
        "including|with forecasts|forecast|predictions|projected",
        "including projections",
        STATUS,
    ),
    says("only forecasts|forecast|predictions|projected", "only projections", STATUS),
    says("including all|everything", "including projections, targets", STATUS),
    says(
        "excluding|without|except projections|projection|forecasts|targets|target",
        "",
        "projections and targets are left out unless `including` admits them",
    ),
    says("excluding|without|except estimates|estimate", "only actual, provisional", STATUS),
    teaches("compared|relative to|with", SIDE),
    teaches("^ compare", SIDE),
    // Vietnamese.
    says("từ|tu TIME đến|den|tới|toi TIME", "between $1 and $2", SPAN),
    says("từ|tu TIME", "since $1", SINCE),
    says("so với|voi TIME", "since $1", SINCE),
    says("đến|den|tới|toi TIME", "until $1", UNTIL),
    says("trong|vào|vao TIME", "at $1", AT),
    says("trong? NUMBER năm|nam qua|gần|gan đây|day?", "over last $1 years", LAST),
    says("ở|o|tại|tai NAME", "in $1", AT),
    says("mỗi|moi|hàng|hang|hằng|theo năm|nam", "by year", BY),
    says("mỗi|moi|hàng|hang|hằng|theo quý|quy", "by quarter", BY),
    says("mỗi|moi|hàng|hang|hằng|theo tháng|thang", "by month", BY),
    says("theo tỉnh|tinh", "by province", PLACES),
    says("tăng|tang trưởng|truong của|cua?", "growth of", GROWTH),
    says("thay đổi|doi của|cua?", "change of", CHANGE),
    // Statements.
    says("^ show|give|tell me the?", "show", SHOW),
    says("^ give|get|display|find|print|fetch|plot|calculate|compute the?", "show", SHOW),
    says("^ what is|are|was|were the?", "show", SHOW),
    says("^ how many|much", "show", SHOW),
    says("^ please", "", SHOW),
    says("^ select value|values|data|all|* from NAME", "show $1", SHOW),
    says("^ select NAME from NAME", "show $1 in $2", SHOW),
    says("^ desc", "describe", "`describe` says what is known of a name"),
    says("^ list of", "list", LISTS),
    says("^ list|describe LEVEL", "list regions", LISTS),
    says("^ define|set|var|def NAME =", "let $1 =", LET),
    says("^ define|set|var|def|let NAME : =", "let $1 =", LET),
    says("^ let NAME NAME", "let $1 = $2", LET),
    says("^ NAME =", "let $1 =", LET),
    says("the", "", "articles are left out; a name with one stands in quotes"),
];
