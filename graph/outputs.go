package graph

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// compute fills in a custom resource's ID and returns the outputs AWS would add to its inputs. They depend on the
// URN and the inputs alone, so two recordings agree; a random password is the one exception.
func compute(r *Resource, importID string) map[string]any {
	if !r.Custom {
		return nil
	}
	c := &computing{
		resource: r,
		region:   r.Region,
		hash:     sha256.Sum256([]byte(r.URN)),
		outputs:  map[string]any{},
	}
	c.id = c.name()
	if !c.given("name") {
		c.outputs["name"] = c.name()
	}
	switch describe, known := kinds[r.Type]; {
	case known:
		describe(c)
	case strings.HasPrefix(r.Type, "pulumi:providers:"):
		c.id = c.uuid()
		delete(c.outputs, "name")
	default:
		// aws:logs/thing:Thing gets arn:aws:logs:<region>:<account>:thing/<id>.
		service, kind := moduleAndKind(r.Type)
		c.id = c.name() + "-" + c.hex(7)
		c.arn(service, kind+"/"+c.id)
	}
	if importID != "" {
		c.id = importID
	}
	r.ID = c.id
	return c.outputs
}

// computing is one resource's outputs in the making.
type computing struct {
	resource *Resource
	region   string
	hash     [sha256.Size]byte
	id       string
	outputs  map[string]any
}

func (c *computing) set(property string, value any) {
	if !c.given(property) {
		c.outputs[property] = value
	}
}

func (c *computing) given(property string) bool { return c.input(property) != "" }

// input is a string input, or "".
func (c *computing) input(property string) string {
	v, _ := c.resource.Inputs[property].(string)
	return v
}

// name is the input "name", or what the provider's autonaming makes of the logical name.
func (c *computing) name() string { return c.named("name") }

func (c *computing) named(property string) string {
	if v := c.input(property); v != "" {
		return v
	}
	if prefix := c.input(property + "Prefix"); prefix != "" {
		return prefix + c.hex(7)
	}
	return c.resource.Name + "-" + c.hex(7)
}

// arn sets the regional ARN.
func (c *computing) arn(service, rest string) string {
	return c.rawARN(service, c.region, Account, rest)
}

func (c *computing) rawARN(service, region, account, rest string) string {
	arn := fmt.Sprintf("arn:%s:%s:%s:%s:%s", Partition, service, region, account, rest)
	c.outputs["arn"] = arn
	return arn
}

// hex returns the first n hexadecimal digits of the URN's hash.
func (c *computing) hex(n int) string { return hex.EncodeToString(c.hash[:])[:n] }

const (
	lower = "abcdefghijklmnopqrstuvwxyz0123456789"
	upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
)

// letters returns n letters and digits of an alphabet, derived from the URN and a purpose.
func (c *computing) letters(n int, alphabet, purpose string) string {
	return letters(n, alphabet, c.resource.URN+"\x00"+purpose)
}

func letters(n int, alphabet, seed string) string {
	sum := sha256.Sum256([]byte(seed))
	out := make([]byte, n)
	for i := range out {
		out[i] = alphabet[int(sum[i%len(sum)])%len(alphabet)]
	}
	return string(out)
}

func (c *computing) uuid() string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(c.resource.URN)).String()
}

// randomText is n letters and digits nobody can guess.
func randomText(n int) string {
	text := rand.Text()
	for len(text) < n {
		text += rand.Text()
	}
	return text[:n]
}

// moduleAndKind splits "aws:logs/thing:Thing" into "logs" and "thing".
func moduleAndKind(token string) (module, kind string) {
	parts := strings.SplitN(token, ":", 3)
	if len(parts) != 3 {
		return token, token
	}
	module, kind, _ = strings.Cut(parts[1], "/")
	if kind == "" {
		kind = strings.ToLower(parts[2])
	}
	return module, kind
}
