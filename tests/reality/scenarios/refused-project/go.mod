module example.com/refused-project

go 1.22
