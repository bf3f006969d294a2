package docs_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ownAPICommands are the commands of your-own-api.md, each with the test that runs it, or why none does.
var ownAPICommands = map[string]string{
	"mkdir acme-api && cd acme-api":                                      "TestTemplate_pulumiNew",
	"pulumi new https://github.com/onefront/onefront/tree/main/template": "TestTemplate_pulumiNew",
	"make test":  "TestTemplate_isARepository",
	"make local": "TestTemplate_isARepository, on free ports",
	"curl -i http://127.0.0.1:8080/api/hello":                                    "TestTemplate_isARepository, on free ports",
	`curl -X PUT http://127.0.0.1:8081/regions/eu-west-1 -d '{"fault": "down"}'`: "TestTemplate_isARepository, on free ports",
	"pulumi config set --secret onefront:sessionKey":                             "TestYourOwnAPI_pulumi",
	"pulumi stack init staging":                                                  "TestYourOwnAPI_pulumi",
	"pulumi preview":                                                             "TestYourOwnAPI_pulumi",
	"pulumi up":                                                                  "TestYourOwnAPI_pulumi",
	"pulumi stack output siteUrl":                                                "TestYourOwnAPI_pulumi",
	"make frontend-env STACK=staging FILE=web/.env.production.local":             "TestYourOwnAPI_pulumi",
	"pulumi preview --diff":                                                      "TestYourOwnAPI_pulumi",
	"pulumi preview --import-file import.json":                                   "TestYourOwnAPI_pulumi",
	"pulumi import --file import.json --protect=false --generate-code=false":     "TestYourOwnAPI_pulumi",
	"go get github.com/onefront/onefront@latest":                                 "TestUpgrade",
	"go mod tidy": "TestUpgrade",
	"cd tools && go run ./bare -application ../template": "TestBare_leavesAPlatform, with examples/own-api",
	"make golden deploy-policy":                          "TestBare_leavesAPlatform",
}

// Each command is known here, and each test that is said to run one exists.
func TestYourOwnAPI_commands(t *testing.T) {
	t.Parallel()
	tests := testNames(t)
	found := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?m)^(?:    ){1,2}((?:mkdir|pulumi|make|curl|go|aws|npm|cd) .+)$`).FindAllStringSubmatch(read(t, "your-own-api.md"), -1) {
		command := strings.TrimSpace(match[1])
		found[command] = true
		if _, known := ownAPICommands[command]; !known {
			t.Errorf("%s: which test runs it?", command)
		}
	}
	for command, by := range ownAPICommands {
		if !found[command] {
			t.Errorf("%s: your-own-api.md has no such command", command)
		}
		for _, name := range regexp.MustCompile(`Test\w+(/\w+)?`).FindAllString(by, -1) {
			if !slices.Contains(tests, name) {
				t.Errorf("%s: no test %s", command, name)
			}
		}
	}
}
