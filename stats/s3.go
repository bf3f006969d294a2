package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// bucket reads a log bucket with the credentials that the environment or -profile gives.
type bucket struct {
	client *s3.Client
	name   string
	keep   *os.Root // nil: nothing is kept
}

// bucketSources lists the objects below s3://BUCKET/PREFIX that may hold requests since then.
func bucketSources(ctx context.Context, f flags, address string, now time.Time) ([]source, error) {
	name, prefix, _ := strings.Cut(strings.TrimPrefix(address, "s3://"), "/")
	if name == "" {
		return nil, fmt.Errorf("%s: want s3://BUCKET or s3://BUCKET/PREFIX", address)
	}
	b := &bucket{name: name}
	var err error
	if b.client, err = newClient(ctx, f.profile, f.region); err != nil {
		return nil, err
	}
	if f.keep != "" {
		if err := os.MkdirAll(f.keep, 0o700); err != nil {
			return nil, fmt.Errorf("-keep: %w", err)
		}
		if b.keep, err = os.OpenRoot(f.keep); err != nil {
			return nil, fmt.Errorf("-keep: %w", err)
		}
	}
	age := f.age
	if !f.ageSet {
		age = defaultAge
	}
	var since time.Time
	if age > 0 {
		since = now.Add(-age)
	}
	var found []source
	if err := b.list(ctx, prefix, since, &found); err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: no object with requests since %s: lines arrive within an hour, some up to a day later; "+
			"-since reads further back", address, since.UTC().Format(time.DateTime))
	}
	return found, nil
}

func newClient(ctx context.Context, profile, region string) (*s3.Client, error) {
	loaded, err := config.LoadDefaultConfig(ctx, func(o *config.LoadOptions) error {
		o.SharedConfigProfile, o.Region = profile, region
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading AWS's configuration: %w", err)
	}
	if loaded.Region == "" {
		return nil, errors.New("no AWS region: want -region, AWS_REGION or a profile's")
	}
	return s3.NewFromConfig(loaded, func(o *s3.Options) {
		o.UsePathStyle = o.BaseEndpoint != nil // a stand-in has no names of buckets
		o.DisableLogOutputChecksumValidationSkipped = true
	}), nil
}

// list walks down the folders, but not into those whose date says that they are too old: of a year of logs it asks for
// the hours that count.
func (b *bucket) list(ctx context.Context, prefix string, since time.Time, found *[]source) error {
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{
		Bucket: aws.String(b.name), Prefix: aws.String(prefix), Delimiter: aws.String("/"),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, object := range page.Contents {
			key := aws.ToString(object.Key)
			if !strings.HasSuffix(key, "/") && !tooOld(path.Base(key), since) {
				*found = append(*found, b.source(key, aws.ToInt64(object.Size), aws.ToString(object.ETag)))
			}
		}
		for _, folder := range page.CommonPrefixes {
			if below := aws.ToString(folder.Prefix); !folderTooOld(below, since) {
				if err := b.list(ctx, below, since, found); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// dateFolder finds the folders that the delivery's suffix ends in: yyyy/MM/dd/HH/, or the first of them.
var dateFolder = regexp.MustCompile(`(?:^|/)(\d{4})/(?:(\d{2})/(?:(\d{2})/(?:(\d{2})/)?)?)?$`)

// folderTooOld says that a folder's year, month, day or hour ended before then.
func folderTooOld(folder string, since time.Time) bool {
	parts := dateFolder.FindStringSubmatch(folder)
	if parts == nil || since.IsZero() {
		return false
	}
	number := func(text string, none int) int {
		n, err := strconv.Atoi(text)
		if err != nil {
			return none
		}
		return n
	}
	year, month, day, hour := number(parts[1], 0), number(parts[2], 1), number(parts[3], 1), number(parts[4], 0)
	switch {
	case parts[2] == "":
		year++
	case parts[3] == "":
		month++
	case parts[4] == "":
		day++
	default:
		hour++
	}
	return !time.Date(year, time.Month(month), day, hour, 0, 0, 0, time.UTC).After(since)
}

func (b *bucket) source(key string, size int64, etag string) source {
	name := "s3://" + b.name + "/" + key
	s := source{name: name, id: name, size: size}
	s.open = func(ctx context.Context) (io.ReadCloser, error) {
		remote := &object{ctx: ctx, b: b, key: key, etag: etag}
		if b.keep == nil {
			return remote, nil
		}
		return b.kept(remote, size)
	}
	return s
}

// kept opens an object's copy, and fetches it first if it is not there, whole. A name appears only when its file is
// complete, so a run that was interrupted goes on where it stopped.
func (b *bucket) kept(remote *object, size int64) (io.ReadCloser, error) {
	name := filepath.FromSlash(path.Join(b.name, remote.key))
	if info, err := b.keep.Stat(name); err == nil && info.Size() == size {
		return b.keep.Open(name)
	}
	defer remote.Close()
	if err := b.keep.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, err
	}
	part := name + ".part"
	file, err := b.keep.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(file, remote)
	if err = errors.Join(err, file.Close()); err == nil {
		err = b.keep.Rename(part, name)
	}
	if err != nil {
		return nil, fmt.Errorf("keeping s3://%s/%s: %w", b.name, remote.key, err)
	}
	return b.keep.Open(name)
}

// maxResumes is how often one object's connection may break off without a byte in between.
const maxResumes = 3

// object reads an object of a bucket. When the connection breaks off it goes on where it was, with the same version of
// the object.
type object struct {
	ctx       context.Context
	b         *bucket
	key, etag string

	body   io.ReadCloser
	offset int64
	failed int
}

func (o *object) Read(p []byte) (int, error) {
	for {
		if o.body == nil {
			if err := o.connect(); err != nil {
				return 0, err
			}
		}
		n, err := o.body.Read(p)
		o.offset += int64(n)
		if n > 0 {
			o.failed = 0
		}
		if err == nil || errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) || o.ctx.Err() != nil {
			return n, err
		}
		if o.failed++; o.failed > maxResumes {
			return n, fmt.Errorf("s3://%s/%s: %w", o.b.name, o.key, err)
		}
		_ = o.Close()
		if n > 0 {
			return n, nil
		}
	}
}

func (o *object) connect() error {
	in := &s3.GetObjectInput{Bucket: aws.String(o.b.name), Key: aws.String(o.key), IfMatch: aws.String(o.etag)}
	if o.offset > 0 {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-", o.offset))
	}
	out, err := o.b.client.GetObject(o.ctx, in)
	if err != nil {
		return fmt.Errorf("s3://%s/%s: %w", o.b.name, o.key, err)
	}
	o.body = out.Body
	return nil
}

// Close ends the connection.
func (o *object) Close() error {
	if o.body == nil {
		return nil
	}
	err := o.body.Close()
	o.body = nil
	return err
}
