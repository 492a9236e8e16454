//! Integration tests of the whole project; see `all/`.
