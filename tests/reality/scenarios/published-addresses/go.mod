module example.com/published-addresses

go 1.22
