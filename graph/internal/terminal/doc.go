// Package terminal keeps a start from asking the terminal for its colours.
//
// Pulumi's SDK brings bubbletea along, whose init asks (tea_init.go) and waits five seconds where nothing answers, as
// in many a pseudo-terminal. It does not ask where CI is set, so this package sets it for as long as packages are
// initialized. It imports next to nothing: packages are initialized in the order of their paths as soon as all they
// import is (https://go.dev/ref/spec#Package_initialization), so it comes before what bubbletea waits for below
// golang.org.
package terminal

import "os"

const variable = "CI"

var _, set = os.LookupEnv(variable)

func init() {
	if !set {
		_ = os.Setenv(variable, "true")
	}
}

// Restore is for the init of a package that imports the SDK: it leaves the environment as it was.
func Restore() {
	if !set {
		_ = os.Unsetenv(variable)
	}
}
