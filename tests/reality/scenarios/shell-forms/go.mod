module example.com/shell-forms

go 1.22
