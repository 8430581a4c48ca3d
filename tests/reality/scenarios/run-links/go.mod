module example.com/run-links

go 1.22
