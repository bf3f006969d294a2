package s3

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/onefront/onefront/graph"
)

const bucketType = "aws:s3/bucketV2:BucketV2"

// belongings are the resources that belong to a bucket.
var belongings = []struct {
	token string
	add   func(*Service, *graph.Taken)
}{
	{"aws:s3/bucketObjectv2:BucketObjectv2", (*Service).addObject},
	{"aws:s3/bucketPolicy:BucketPolicy", (*Service).addPolicy},
	{"aws:s3/bucketVersioningV2:BucketVersioningV2", (*Service).addVersioning},
	{"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", (*Service).addPublicAccessBlock},
	{"aws:s3/bucketOwnershipControls:BucketOwnershipControls", (*Service).addOwnership},
	{"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", (*Service).addEncryption},
	{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", (*Service).addLifecycle},
}

func (s *Service) newBucket(r *graph.Taken) *bucket {
	var in struct {
		Bucket       graph.NoLocalMeaning `json:"bucket"`       // read from the outputs, where autonaming has its say
		BucketPrefix graph.NoLocalMeaning `json:"bucketPrefix"` // likewise
		ForceDestroy graph.NoLocalMeaning `json:"forceDestroy"` // nothing is destroyed
		Tags         graph.NoLocalMeaning `json:"tags"`         // labels
	}
	r.Read(&in)
	return &bucket{
		log: s.log, name: r.Output("bucket"), host: r.Output("bucketRegionalDomainName"), arn: r.Output("arn"), region: r.Region,
		objects: map[string]*object{},
	}
}

// addOwnership takes ownership controls, which change nothing: there are no ACLs.
func (s *Service) addOwnership(r *graph.Taken) {
	var in struct {
		Bucket string               `json:"bucket"`
		Rule   graph.NoLocalMeaning `json:"rule"` // as above
	}
	r.Read(&in)
	s.find(r, in.Bucket)
}

// addEncryption takes the default encryption, which reading undoes.
func (s *Service) addEncryption(r *graph.Taken) {
	var in struct {
		Bucket              string               `json:"bucket"`
		Rules               graph.NoLocalMeaning `json:"rules"`               // as above
		ExpectedBucketOwner graph.NoLocalMeaning `json:"expectedBucketOwner"` // there is one account
	}
	r.Read(&in)
	s.find(r, in.Bucket)
}

// addLifecycle takes lifecycle rules, which work in days on what nobody writes to here.
func (s *Service) addLifecycle(r *graph.Taken) {
	var in struct {
		Bucket              string               `json:"bucket"`
		Rules               graph.NoLocalMeaning `json:"rules"`                              // as above
		ExpectedBucketOwner graph.NoLocalMeaning `json:"expectedBucketOwner"`                // there is one account
		MinimumSize         graph.NoLocalMeaning `json:"transitionDefaultMinimumObjectSize"` // about storage classes
	}
	r.Read(&in)
	s.find(r, in.Bucket)
}

func (s *Service) addPublicAccessBlock(r *graph.Taken) {
	var in struct {
		Bucket                string `json:"bucket"`
		BlockPublicACLs       bool   `json:"blockPublicAcls"`
		BlockPublicPolicy     bool   `json:"blockPublicPolicy"`
		IgnorePublicACLs      bool   `json:"ignorePublicAcls"`
		RestrictPublicBuckets bool   `json:"restrictPublicBuckets"`
	}
	r.Read(&in)
	s.find(r, in.Bucket)
	if !in.BlockPublicACLs || !in.BlockPublicPolicy || !in.IgnorePublicACLs || !in.RestrictPublicBuckets {
		r.Fail("", errors.New("local mode has private buckets only, want all four settings true"))
	}
}

func (s *Service) addVersioning(r *graph.Taken) {
	var in struct {
		Bucket        string `json:"bucket"`
		Configuration struct {
			Status    string               `json:"status"`
			MFADelete graph.NoLocalMeaning `json:"mfaDelete"` // nothing is deleted
		} `json:"versioningConfiguration"`
		ExpectedBucketOwner graph.NoLocalMeaning `json:"expectedBucketOwner"` // there is one account
		MFA                 graph.NoLocalMeaning `json:"mfa"`                 // as above
	}
	r.Read(&in)
	b := s.find(r, in.Bucket)
	if b == nil {
		return
	}
	b.versioned = in.Configuration.Status == "Enabled"
}

func (s *Service) addPolicy(r *graph.Taken) {
	var in struct {
		Bucket string `json:"bucket"`
		Policy string `json:"policy"`
	}
	r.Read(&in)
	b := s.find(r, in.Bucket)
	if b == nil {
		return
	}
	var err error
	if b.policy, err = parsePolicy(in.Policy); err != nil {
		r.Fail("policy", err)
	}
}

// objectInputs are the properties of aws.s3.BucketObjectv2 that are understood here.
type objectInputs struct {
	Bucket             string            `json:"bucket"`
	Key                string            `json:"key"`
	Source             graph.Asset       `json:"source"`
	Content            *string           `json:"content"`
	ContentBase64      *string           `json:"contentBase64"`
	ContentType        string            `json:"contentType"`
	CacheControl       string            `json:"cacheControl"`
	ContentEncoding    string            `json:"contentEncoding"`
	ContentDisposition string            `json:"contentDisposition"`
	ContentLanguage    string            `json:"contentLanguage"`
	Metadata           map[string]string `json:"metadata"`

	OverrideProvider     graph.NoLocalMeaning `json:"overrideProvider"`     // about tags
	ETag                 graph.NoLocalMeaning `json:"etag"`                 // tells Pulumi when to upload
	SourceHash           graph.NoLocalMeaning `json:"sourceHash"`           // likewise
	ForceDestroy         graph.NoLocalMeaning `json:"forceDestroy"`         // nothing is destroyed
	ServerSideEncryption graph.NoLocalMeaning `json:"serverSideEncryption"` // reading undoes it
	BucketKeyEnabled     graph.NoLocalMeaning `json:"bucketKeyEnabled"`     // likewise
	StorageClass         graph.NoLocalMeaning `json:"storageClass"`         // price
	ChecksumAlgorithm    graph.NoLocalMeaning `json:"checksumAlgorithm"`    // shown only when asked for
	Tags                 graph.NoLocalMeaning `json:"tags"`                 // labels
}

func (s *Service) addObject(r *graph.Taken) {
	// The provider's default type is not inferred from the name (F9.11).
	in := objectInputs{ContentType: "application/octet-stream"}
	r.Read(&in)
	b := s.find(r, in.Bucket)
	if b == nil {
		return
	}
	o := &object{urn: r.URN, key: cleanKey(in.Key), versionID: r.Output("versionId"), inputs: in, modified: s.started}
	r.Require(o.key != "", "key", in.Key, "want a name")
	if other := b.objects[o.key]; other != nil {
		r.Refuse("key", in.Key, fmt.Sprintf("another object of bucket %q has it already: %s", b.name, other.urn))
	}
	if err := o.readSource(); err != nil {
		r.Fail("", err)
	}
	b.objects[o.key] = o
}

// readSource finds what the object is made of.
func (o *object) readSource() error {
	in := &o.inputs
	switch {
	case in.Source.Path != "":
		info, err := os.Stat(in.Source.Path)
		if err != nil {
			return fmt.Errorf("source: %w", err)
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("source: %q: want a file, not a folder or anything else", in.Source.Path)
		}
		// The program let this link pass; one that comes later is another matter.
		if o.path, err = filepath.EvalSymlinks(in.Source.Path); err != nil {
			return fmt.Errorf("source: %w", err)
		}
	case in.Content != nil:
		o.set([]byte(*in.Content))
	case in.ContentBase64 != nil:
		content, err := base64.StdEncoding.DecodeString(*in.ContentBase64)
		if err != nil {
			return fmt.Errorf("contentBase64: %w", err)
		}
		o.set(content)
	default:
		o.set([]byte(in.Source.Text))
	}
	return nil
}

// cleanKey does as the provider does with keys: leading slashes are dropped and doubled ones collapse (F9.12).
func cleanKey(key string) string {
	key = strings.TrimPrefix(key, "./")
	for strings.Contains(key, "//") {
		key = strings.ReplaceAll(key, "//", "/")
	}
	return strings.TrimPrefix(key, "/")
}
