module example.com/run-published

go 1.22
