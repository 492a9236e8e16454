//! The examples of this package are programs; see the files beside this one.
