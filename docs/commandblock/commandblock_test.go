package commandblock

import (
	"reflect"
	"strings"
	"testing"
)

func TestIn(t *testing.T) {
	t.Parallel()
	const text = "# Title\n\n    make local\n    curl x \\\n      -i\n\nText.\n\n1. A list:\n\n        pulumi up\n\n    viewer -> CloudFront\n\n    key: value\n\n```sh\ngo run ./ops\n```\n\n    arn=$(pulumi stack output x)\n    aws y\n"
	blocks := []Block{
		{3, "make local\ncurl x \\\n  -i"}, {11, "pulumi up"}, {18, "go run ./ops"}, {21, "arn=$(pulumi stack output x)\naws y"},
	}
	if got := In(text); !reflect.DeepEqual(got, blocks) {
		t.Errorf("got %v", got)
	}
	if got := blocks[0].Commands(); !reflect.DeepEqual(got, []string{"make local", "curl x -i"}) {
		t.Errorf("got %q", got)
	}
}

func TestBlock_Problem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"make local               # the topology": "a comment",
		"# nothing": "a comment",
		"curl http://127.0.0.1:8080/api/topics?locale=de": "want the address in quotes",
		"curl -d 'it":        "a quote that does not end",
		"make local\ncurl x": "takes the lines behind it",
		"pulumi config set --secret onefront:key\npulumi up":  "takes the lines behind it",
		"curl 'http://127.0.0.1:8080/api/topics?locale=de'":   "",
		"curl http://127.0.0.1:8080/api/topics":               "",
		`aws x --key "#1"`:                                    "",
		"pulumi env set --secret a/b 'c[\"d\"]' KEY\nmake x":  "",
		"pulumi preview\npulumi up":                           "",
		"pulumi stack output x\npulumi config set --secret y": "",
	} {
		if got := (Block{Text: text}).Problem(); got == "" != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
