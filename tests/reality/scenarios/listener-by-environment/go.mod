module example.com/listener-by-environment

go 1.22
