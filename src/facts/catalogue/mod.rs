//! The tables of `rules/catalogue/`: which calls listen, dial, route; what public images hold.
