module example.com/own-address

go 1.22
