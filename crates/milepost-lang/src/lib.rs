//! Since, the query language of milepost: lexer, parser, printer, diagnostics, completion
