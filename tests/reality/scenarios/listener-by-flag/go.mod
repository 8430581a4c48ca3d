module example.com/listener-by-flag

go 1.22
