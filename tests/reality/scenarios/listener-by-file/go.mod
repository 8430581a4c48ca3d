module example.com/listener-by-file

go 1.22
