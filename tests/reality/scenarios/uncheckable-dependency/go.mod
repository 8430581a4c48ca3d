module example.com/uncheckable-dependency

go 1.22
