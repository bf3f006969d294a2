package examples_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/onefront/onefront/browser"
)

// The Vite app, built with the outputs of prod as frontendenv writes them and published by local mode through siteDir,
// shows what it was built with and sends feedback to the API behind the same name.
func TestFrontend_builtWithOutputs(t *testing.T) {
	if _, err := os.Stat("frontend/node_modules"); err != nil {
		if os.Getenv("ONEFRONT_FRONTEND") != "" {
			t.Fatal("examples/frontend/node_modules is not there: npm ci")
		}
		t.Skip("no node_modules in examples/frontend, so this did not run: make frontend fetches them")
	}
	chromium := browser.Start(t)
	viewer := serveFrontend(t, buildFrontend(t))
	for name, device := range map[string]browser.Look{"desktop": browser.Desktop(), "phone": browser.Phone()} {
		p := chromium.Open(t, device)
		p.Do(chromedp.Navigate(viewer + "/"))
		p.Until(`document.querySelectorAll("#topic option").length === 4`)
		if got := p.VisibleText("#stack"); got != "prod: eu-west-1, us-east-1, ap-southeast-2" {
			t.Errorf("the page says %q", got)
		}
		p.Do(chromedp.SendKeys("#message", "It works."), browser.Click("button"))
		p.Until(`document.querySelector("#answer").textContent === "Thank you, delivered by eu-west-1."`)
		p.Axe(name)
		p.Width(name)
		p.Screenshot("frontend-" + name)
	}
}

// buildFrontend builds the app with the outputs of the golden graph and returns the folder to publish.
func buildFrontend(t *testing.T) string {
	t.Helper()
	content := goldenGraph(t)
	var golden struct {
		Outputs struct {
			FrontendEnv json.RawMessage `json:"frontendEnv"`
		}
	}
	if err := json.Unmarshal(content, &golden); err != nil {
		t.Fatal(err)
	}
	app := newProject(t, "frontend")
	outputs := filepath.Join(t.TempDir(), "outputs.json")
	if err := os.WriteFile(outputs, golden.Outputs.FrontendEnv, 0o600); err != nil {
		t.Fatal(err)
	}
	here := &project{dir: ".."}
	here.run(t, "go", "run", "./frontendenv", "-from", outputs, "-file", filepath.Join(app.dir, ".env.production.local"))
	modules, err := filepath.Abs("frontend/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(app.dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	app.run(t, "npm", "run", "build")
	return filepath.Join(app.dir, "dist")
}

// goldenGraph is that of prod, which stands with the application whose graph it is.
func goldenGraph(t *testing.T) []byte {
	t.Helper()
	for _, pattern := range []string{"../infra/*/testdata/graph.prod.golden.json", "../infra/testdata/graph.prod.golden.json"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			return content
		}
	}
	t.Fatal("no golden graph of prod")
	return nil
}

// serveFrontend runs local mode for a project with the feedback application and this site, and returns where viewers
// ask.
func serveFrontend(t *testing.T, site string) string {
	t.Helper()
	p := newProject(t, "../template")
	for _, name := range []string{"main.go", "Pulumi.yaml", "Pulumi.prod.yaml"} {
		content, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(content), "\nconfig:\n", "\nconfig:\n  onefront:siteDir: web/dist\n", 1)
		if name != "Pulumi.prod.yaml" {
			text = string(content)
		}
		if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(p.dir, "web", "dist"), os.DirFS(site)); err != nil {
		t.Fatal(err)
	}
	copyHandler(t, p)
	p.require(t)
	local := filepath.Join(t.TempDir(), "local")
	(&project{dir: ".."}).run(t, "go", "build", "-o", local, "./local")
	command := exec.CommandContext(context.WithoutCancel(t.Context()), local, "-listen", "127.0.0.1:0", "-admin", "127.0.0.1:0", "-quiet")
	command.Dir, command.Stderr = p.dir, t.Output()
	viewer, _ := startLocal(t, command, func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait() // how it ends is local's own test
	})
	return "http://" + viewer
}

// copyHandler gives a project the feedback application's bootstrap, which a fork has in its own tree.
func copyHandler(t *testing.T, p *project) {
	t.Helper()
	sources, err := filepath.Glob("../handler/*.go")
	if err != nil || len(sources) == 0 {
		t.Fatalf("%d sources, %v", len(sources), err)
	}
	if err := os.Mkdir(filepath.Join(p.dir, "handler"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		content, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(p.dir, "handler", filepath.Base(source)), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
