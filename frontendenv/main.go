package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c := command{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}
	os.Exit(c.run(ctx, os.Args[1:]))
}

// command is one run, with what it meets.
type command struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
}

const (
	statusFailed = 1
	statusUsage  = 2
)

func (c command) run(ctx context.Context, args []string) int {
	flags := flag.NewFlagSet("frontendenv", flag.ContinueOnError)
	flags.SetOutput(c.stderr)
	stack := flags.String("stack", "prod", "the stack whose outputs are written")
	file := flags.String("file", "", "the file to write (default: standard output)")
	from := flags.String("from", "", "a file with the output frontendEnv as JSON, - for standard input (default: ask the Pulumi CLI)")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return statusUsage
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(c.stderr, "frontendenv: %q: no arguments are taken beside flags\n", flags.Arg(0))
		return statusUsage
	}
	if err := c.write(ctx, *stack, *file, *from); err != nil {
		fmt.Fprintf(c.stderr, "frontendenv: %v\n", err)
		return statusFailed
	}
	return 0
}

func (c command) write(ctx context.Context, stack, file, from string) error {
	content, err := c.output(ctx, stack, from)
	if err != nil {
		return err
	}
	variables, err := decode(content)
	if err != nil {
		return err
	}
	text, err := dotenv(variables)
	if err != nil {
		return err
	}
	for name, value := range variables {
		if other := c.getenv(name); other != "" && other != value {
			fmt.Fprintf(c.stderr, "frontendenv: %s is set in the environment, and Vite takes that before its files\n", name)
		}
	}
	if file == "" {
		_, err := io.WriteString(c.stdout, text)
		return err
	}
	if err := replace(file, text); err != nil {
		return err
	}
	fmt.Fprintf(c.stderr, "%s: %d variables\n", file, len(variables))
	return nil
}

// output is the JSON of the output frontendEnv.
func (c command) output(ctx context.Context, stack, from string) ([]byte, error) {
	switch from {
	case "":
	case "-":
		return io.ReadAll(c.stdin)
	default:
		return os.ReadFile(from)
	}
	pulumi := exec.CommandContext(ctx, "pulumi", "stack", "output", "frontendEnv", "--json", "--stack", stack)
	var said bytes.Buffer
	pulumi.Stderr = &said
	content, err := pulumi.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("no pulumi on the PATH: https://www.pulumi.com/docs/install/")
	}
	if err != nil {
		return nil, fmt.Errorf("pulumi stack output frontendEnv --stack %s: %w: %s", stack, err, strings.TrimSpace(said.String()))
	}
	return content, nil
}

// decode reads the output: an object of texts.
func decode(content []byte) (map[string]string, error) {
	var variables map[string]string
	if err := json.Unmarshal(content, &variables); err != nil {
		return nil, fmt.Errorf("frontendEnv: an object of texts, as the stack exports it: %w", err)
	}
	if len(variables) == 0 {
		return nil, errors.New("frontendEnv: the stack exports no variables")
	}
	return variables, nil
}

// replace writes a file by rename, so that a build never reads half of it.
func replace(name, text string) error {
	part, err := os.CreateTemp(filepath.Dir(name), ".frontendenv-*")
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: there is no folder %s: -file names one in the frontend's folder, beside its vite.config", name, filepath.Dir(name))
	}
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	_, err = part.WriteString(text)
	if err == nil {
		err = part.Chmod(0o644)
	}
	if closing := part.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(part.Name(), name)
}
