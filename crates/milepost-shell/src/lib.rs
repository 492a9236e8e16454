//! The REPL and the command line of milepost
