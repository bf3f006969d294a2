package examples_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

// The real CLI makes a project of the template, where there is one.
func TestTemplate_pulumiNew(t *testing.T) {
	t.Parallel()
	made := pulumiNew(t, "acme-orders", "Takes orders")
	for name, want := range map[string]string{
		"Pulumi.yaml": "name: acme-orders\ndescription: Takes orders\n", "Pulumi.dev.yaml": `onefront:regions: '["eu-west-1", "us-east-1"]'`,
		"go.mod": "module acme-orders\n", "README.md": "# acme-orders\n",
	} {
		if text := made.read(t, name); !strings.Contains(text, want) {
			t.Errorf("%s: no %q in:\n%s", name, want, text)
		}
	}
	if strings.Contains(made.read(t, "Pulumi.yaml"), "quickstart") {
		t.Error("the template's own part is left in Pulumi.yaml")
	}
}

// A team's first deployment, its outputs and an upgrade's preview, typed as docs/your-own-api.md shows them, where the
// CLI, its AWS plugin and something that answers for AWS are: AWS_ENDPOINT_URL names it.
func TestYourOwnAPI_pulumi(t *testing.T) {
	if os.Getenv("AWS_ENDPOINT_URL") == "" {
		t.Skip("AWS_ENDPOINT_URL names no stand-in for AWS: nothing was deployed")
	}
	p := pulumiNew(t, "acme-api", "Greets people")
	p.write(t, "main.go", strings.Replace(p.read(t, "main.go"), `Package: "./hello",`, `Package: "./hello", Secrets: []string{"sessionKey"},`, 1))
	var said strings.Builder
	shell := func(command string) string {
		t.Helper()
		out, err := p.try(t.Context(), []string{"PULUMI_SKIP_CONFIRMATIONS=true"}, "bash", "-c", command)
		if said.WriteString(out); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
		return out
	}
	shell("make test") // as the document has it: this fetches the modules
	for _, command := range ownAPICommands(t, "The first deployment") {
		switch {
		case strings.HasPrefix(command, "pulumi stack init"):
			shell(command)
			for _, key := range []string{"skipCredentialsValidation", "skipMetadataApiCheck", "s3UsePathStyle"} {
				shell("pulumi config set aws:" + key + " true")
			}
			out, err := p.try(t.Context(), nil, "pulumi", "preview")
			if err == nil || !strings.Contains(out, "pulumi config set --secret onefront:sessionKey") {
				t.Errorf("without the key a preview says %v\n%s", err, out)
			}
		case strings.HasPrefix(command, "pulumi config set --secret"):
			shell("printf %s the-session-key | " + command)
		case command == "pulumi up":
			t.Cleanup(func() {
				if out, err := p.try(context.WithoutCancel(t.Context()), nil, "pulumi", "destroy", "--yes"); err != nil {
					t.Errorf("destroying: %v\n%s", err, out)
				}
			})
			fallthrough
		default:
			if out := shell(command); command == "pulumi stack output siteUrl" && !regexp.MustCompile(`(?m)^https://\S+$`).MatchString(out) {
				t.Errorf("%s says %q", command, out)
			}
		}
	}
	p.write(t, "web/index.html", "") // a frontend's folder
	for _, command := range ownAPICommands(t, "A frontend of its own build") {
		shell(command)
	}
	if text := p.read(t, "web/.env.production.local"); !strings.Contains(text, "VITE_API_URL='https://") {
		t.Errorf("a frontend's build gets\n%s", text)
	}
	for _, command := range ownAPICommands(t, "Upgrading") {
		if strings.HasPrefix(command, "pulumi ") {
			if out := shell(command + " --expect-no-changes"); !strings.Contains(out, "unchanged") {
				t.Errorf("%s says\n%s", command, out)
			}
		}
	}
	t.Run("a name moves in", func(t *testing.T) { nameMovesIn(t, p) })
	if strings.Contains(said.String(), "the-session-key") {
		t.Error("the secret was printed")
	}
}

// nameMovesIn takes over a record that another program made, by the document's commands: it is changed, never deleted.
func nameMovesIn(t *testing.T, p *project) {
	client := route53.New(route53.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL")),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY")}, nil
		}),
	})
	made, err := client.CreateHostedZone(t.Context(), &route53.CreateHostedZoneInput{Name: aws.String("example.com"), CallerReference: aws.String(t.Name())})
	if err != nil {
		t.Fatal(err)
	}
	zone := strings.TrimPrefix(*made.HostedZone.Id, "/hostedzone/")
	old := types.ResourceRecordSet{Name: aws.String("app.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60), ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.1")}}}
	if _, err := client.ChangeResourceRecordSets(t.Context(), &route53.ChangeResourceRecordSetsInput{HostedZoneId: &zone, ChangeBatch: &types.ChangeBatch{
		Changes: []types.Change{{Action: types.ChangeActionCreate, ResourceRecordSet: &old}},
	}}); err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{"zone": "example.com", "zoneId": zone, "aliases[0]": "app.example.com"} {
		p.run(t, "pulumi", "config", "set", "--path", "onefront:domains[0]."+key, value)
	}
	for _, command := range ownAPICommands(t, "An API that lives already") {
		out, err := p.try(t.Context(), []string{"PULUMI_SKIP_CONFIRMATIONS=true"}, "bash", "-c", command)
		if command != "pulumi up" {
			if err != nil {
				t.Fatalf("%s: %v\n%s", command, err, out)
			}
			if strings.Contains(command, "--import-file") {
				leaveTheOldRecord(t, p, zone+"_app.example.com_A")
			}
			continue
		}
		if err == nil {
			t.Skip("this stand-in for AWS takes a second record of one name")
		}
		if !strings.Contains(out, "already exists") {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
	p.run(t, "pulumi", "up", "--yes")
	records, err := client.ListResourceRecordSets(t.Context(), &route53.ListResourceRecordSetsInput{HostedZoneId: &zone, StartRecordName: old.Name, StartRecordType: old.Type, MaxItems: aws.Int32(1)})
	if err != nil {
		t.Fatal(err)
	}
	if r := records.ResourceRecordSets[0]; r.AliasTarget == nil || !strings.HasSuffix(*r.AliasTarget.DNSName, ".cloudfront.net") {
		t.Errorf("the record is still %+v", r)
	}
}

// leaveTheOldRecord edits import.json as the document says.
func leaveTheOldRecord(t *testing.T, p *project, id string) {
	t.Helper()
	var file struct {
		NameTable map[string]string   `json:"nameTable"`
		Resources []map[string]string `json:"resources"`
	}
	if err := json.Unmarshal([]byte(p.read(t, "import.json")), &file); err != nil {
		t.Fatal(err)
	}
	file.Resources = slices.DeleteFunc(file.Resources, func(r map[string]string) bool {
		if r["type"] != "aws:route53/record:Record" || r["id"] != "<PLACEHOLDER>" {
			t.Errorf("the stack lacks %v", r)
		}
		return r["name"] != "a-app.example.com"
	})
	if len(file.Resources) != 1 {
		t.Fatal("the stack does not lack the old record")
	}
	file.Resources[0]["id"] = id
	content, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	p.write(t, "import.json", string(content))
}

// pulumiNew makes a project of the template by the CLI, with this repository for the module that may not be published
// yet, and a backend of its own.
func pulumiNew(t *testing.T, name, description string) *project {
	t.Helper()
	if _, err := exec.LookPath("pulumi"); err != nil {
		t.Skip("no Pulumi CLI on this machine; TestTemplates_questions and TestTemplate_placeholders look at the form")
	}
	template := newProject(t, "../template")
	// As it was, with its placeholders.
	for _, file := range []string{"Pulumi.yaml", "go.mod", "README.md", "main.go"} {
		content, err := os.ReadFile(filepath.Join("../template", file))
		if err != nil {
			t.Fatal(err)
		}
		if file == "go.mod" {
			root, err := filepath.Abs("..")
			if err != nil {
				t.Fatal(err)
			}
			content = append(content, "\nreplace "+platform+" => "+root+"\n"...)
		}
		template.write(t, file, string(content))
	}
	made := &project{dir: t.TempDir(), environment: []string{
		"PULUMI_HOME=" + t.TempDir(), "PULUMI_BACKEND_URL=file://" + t.TempDir(), "PULUMI_CONFIG_PASSPHRASE=test",
		"PULUMI_SKIP_UPDATE_CHECK=true", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
	}}
	if out := made.run(t, "pulumi", "new", template.dir, "--yes", "--non-interactive", "--name", name, "--description", description, "--stack", "dev"); !strings.Contains(out, "make local") {
		t.Errorf("no quickstart in:\n%s", out)
	}
	return made
}
