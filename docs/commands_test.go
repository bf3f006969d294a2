package docs_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/onefront/onefront/docs/commandblock"
)

// shells are those that readers paste into. zsh is macOS's.
var shells = []string{"bash", "zsh"}

// shell finds a shell, or says that it is missing: that is an error where a missing check would not be seen.
func shell(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") != "" {
		t.Fatalf("no %s: .ci/run installs it", name)
	}
	if err != nil {
		t.Skipf("no %[1]s in PATH: commands were not parsed by it (Debian: apt-get install %[1]s)", name)
	}
	return path
}

// Every command block of every document is what bash and zsh take for a command, typed as it stands.
func TestCommands_parse(t *testing.T) {
	t.Parallel()
	for _, name := range shells {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := shell(t, name)
			blocks := 0
			eachBlock(t, func(document string, b commandblock.Block) {
				blocks++
				command := exec.CommandContext(t.Context(), path, "-n")
				command.Stdin = strings.NewReader(b.Text + "\n")
				if out, err := command.CombinedOutput(); err != nil || len(out) > 0 {
					t.Errorf("%s:%d: %v %s\n%s", document, b.Line, err, out, b.Text)
				}
			})
			if blocks < 30 {
				t.Errorf("only %d blocks found: has the form of documents changed?", blocks)
			}
		})
	}
}

// What a parser takes may still be something else than the reader wants, in an interactive shell.
func TestCommands_survivePasting(t *testing.T) {
	t.Parallel()
	eachBlock(t, func(document string, b commandblock.Block) {
		if problem := b.Problem(); problem != "" {
			t.Errorf("%s:%d: %s\n%s", document, b.Line, problem, b.Text)
		}
	})
}

// notRun are the commands that no test runs as they stand, by how they begin, each with the reason. All others are run
// by TestDocuments_localCommands; those of your-own-api.md have a list of their own.
var notRun = map[string]string{
	`pulumi (up|preview|destroy|stack|state|config|env|login|new)`:  "asks a backend and AWS; the engine itself is not here. TestTemplate_pulumiNew runs pulumi new where the CLI is",
	`aws (ssm|cloudfront|cloudfront-keyvaluestore|iam|athena|logs)`: "asks AWS; no emulator here takes the AWS CLI's signatures",
	`\w+=`:                       "the first line of a block that asks AWS",
	`make frontend-env`:          "asks a deployed stack: TestCommand_asksPulumi",
	`make release`:               "changes the tree: TestRelease",
	`make (test|local)$`:         "run by hand of the reader: .ci/run does the first, TestDocuments_localCommands starts the second",
	`git clone`:                  "fetches what is published",
	`git diff`:                   "shows what the command before it changed",
	`npm |cd examples/frontend`:  "make frontend runs them in CI: TestFrontend_builtWithOutputs",
	`cd (onefront/)?deployments`: "the folder of the commands behind it, which ask AWS",
	`mkdir |cd acme-api`:         "the folder of pulumi new",
	`go run ./ops`:               "asks AWS: TestScripts/drained_now and TestScripts/drained_now_edge run it against local mode",
	`go run ./stats`:             "asks for logs of a reader's own: TestFiles_foldersAndStandardInput reads such",
	`zcat `:                      "asks for logs of a reader's own: TestFiles_foldersAndStandardInput",
	`go test ./local/`:           "links every test of local mode to list names, which TestDocuments_nameTests reads from the sources",
	`curl -i "\$\(pulumi`:        "asks a deployed stack",
	`curl -i http://127.0.0.1:8080/api/hello`: "of the template's application: TestTemplate_isARepository asks it",
}

// Each command is run, or known with the reason why not.
func TestCommands_areRunOrExempt(t *testing.T) {
	t.Parallel()
	tests, used := testNames(t), map[string]bool{}
	eachBlock(t, func(document string, b commandblock.Block) {
		if document == "your-own-api.md" {
			return
		}
	commands:
		for _, command := range b.Commands() {
			if commandblock.Local(command) {
				continue
			}
			for pattern := range notRun {
				if regexp.MustCompile(`^(` + pattern + `)`).MatchString(command) {
					used[pattern] = true
					continue commands
				}
			}
			t.Errorf("%s:%d: which test runs %s, and if none, why?", document, b.Line, command)
		}
	})
	for pattern, why := range notRun {
		if !used[pattern] {
			t.Errorf("%s: no document has such a command", pattern)
		}
		for _, name := range regexp.MustCompile(`Test\w+(/\w+)?`).FindAllString(why, -1) {
			found := false
			for _, test := range tests {
				found = found || test == name
			}
			if !found {
				t.Errorf("%s: no test %s", pattern, name)
			}
		}
	}
}

// eachBlock calls f with every command block of the documents that people write.
func eachBlock(t *testing.T, f func(document string, b commandblock.Block)) {
	t.Helper()
	for _, name := range everyMarkdown(t) {
		if name == "aws-facts.md" || name == "operations-facts.md" { // quote other people's repositories
			continue
		}
		for _, b := range commandblock.In(read(t, name)) {
			f(name, b)
		}
	}
}
