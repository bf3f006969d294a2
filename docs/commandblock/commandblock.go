// Package commandblock finds the shell commands that documents show, so that tests can hold them to what a shell takes
// and run them.
package commandblock

import (
	"regexp"
	"strings"
)

// Block is what a reader copies in one go.
type Block struct {
	// Line is where it begins, counted from 1.
	Line int
	// Text are its lines without their indentation.
	Text string
}

// begins is a line that nothing but a command begins with.
var begins = regexp.MustCompile(`^(make|pulumi|curl|go|cd|npm|npx|aws|mkdir|git|zcat|docker|\.ci/run|[A-Za-z_]+=("|\$|[\w-]+(\s|$)))`)

// In returns the blocks of a Markdown text: indented lines, or fenced ones, of which the first is a command.
func In(markdown string) (blocks []Block) {
	var lines []string
	first, fenced := 0, false
	end := func() {
		if len(lines) > 0 && begins.MatchString(lines[0]) {
			blocks = append(blocks, Block{first, strings.Join(lines, "\n")})
		}
		lines = nil
	}
	for i, line := range strings.Split(markdown, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			end()
			fenced = !fenced
			continue
		}
		text, indented := strings.CutPrefix(line, "    ")
		if fenced {
			text, indented = line, line != ""
		}
		if !indented || strings.TrimSpace(text) == "" {
			end()
			continue
		}
		if len(lines) == 0 {
			first = i + 1
			text = strings.TrimLeft(text, " ")
		}
		lines = append(lines, strings.TrimPrefix(text, "    "))
	}
	end()
	return blocks
}

// Commands are the block's commands, those that go over several lines in one.
func (b Block) Commands() []string {
	return strings.Split(regexp.MustCompile(`\\\n\s*`).ReplaceAllString(b.Text, ""), "\n")
}

// Problem says what an interactive shell would make of the block that the reader does not want, or "". In zsh, the
// shell of macOS, a comment is part of the command and an unquoted question mark or bracket looks for files; and what
// asks or stays takes the lines behind it for its input.
func (b Block) Problem() string {
	commands := b.Commands()
	for i, command := range commands {
		if problem := unquoted(command); problem != "" {
			return problem
		}
		if i < len(commands)-1 && takesInput.MatchString(command) {
			return command + ": takes the lines behind it for its input: want it last in its block"
		}
	}
	return ""
}

// takesInput asks something, or stays in the foreground.
var takesInput = regexp.MustCompile(`^(make local\b|pulumi (up|new|destroy)\b|pulumi (config|env) set --secret \S+$)`)

// unquoted looks at what is outside of quotes.
func unquoted(command string) string {
	var quote rune
	word := ""
	for _, c := range command + " " {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
			word += "q"
		case c == '\'' || c == '"':
			quote = c
		case c == ' ':
			if strings.HasPrefix(word, "#") {
				return "a comment: want it in the text"
			}
			if strings.Contains(word, "://") && strings.ContainsAny(word, "?*[&;") {
				return word + ": want the address in quotes"
			}
			word = ""
		default:
			word += string(c)
		}
	}
	if quote != 0 {
		return "a quote that does not end"
	}
	return ""
}

// Local says whether a command needs nothing but this repository, local mode at its usual addresses, or the logs that
// it wrote into logs/: tests run these as they stand.
func Local(command string) bool {
	return strings.Contains(command, "curl") && strings.Contains(command, "http://127.0.0.1:808") && !strings.Contains(command, "/api/hello") ||
		strings.HasPrefix(command, "go run ./local drill ") ||
		strings.HasPrefix(command, "go run ./stats ") && strings.HasSuffix(command, " logs/")
}
