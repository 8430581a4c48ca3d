module example.com/default-bridge

go 1.22
