package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, time.Now); err != nil {
		fmt.Fprintf(os.Stderr, "release: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer, now func() time.Time) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	root := flags.String("root", "..", "the repository's root")
	if err := flags.Parse(args); err != nil {
		return err
	}
	tree, err := read(*root)
	if err != nil {
		return err
	}
	command, rest := flags.Arg(0), flags.Args()
	switch {
	case command == "prepare" && len(rest) == 2:
		return tree.prepare(strings.TrimPrefix(rest[1], "v"), now().UTC().Format(time.DateOnly))
	case command == "version" && len(rest) == 1:
		fmt.Fprintln(stdout, tree.version)
		return nil
	case command == "check" && len(rest) == 1:
		return tree.check()
	case command == "notes" && len(rest) == 1:
		notes, err := tree.changes.section(tree.version)
		if err != nil {
			return err
		}
		fmt.Fprintln(stdout, notes)
		return nil
	case command == "upgrades" && len(rest) == 1:
		return tree.upgrades()
	}
	return errors.New("one of: prepare VERSION, version, check, notes, upgrades")
}
