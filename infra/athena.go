package infra

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/athena"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/glue"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/onefront/onefront/stats/accesslog"
)

const (
	// logTable is the table's name in the stack's database.
	logTable = "access_logs"
	// firstHour begins the table's partitions. It is a constant: a date of the deployment would change with each one.
	firstHour = "2026/01/01/00"
	// scanLimit is what one query may read, in bytes: 10 GiB are 0.05 USD (O-A30).
	scanLimit = 10 << 30
	// athenaPrefix is where results are kept, in the logs' bucket, which forgets them too.
	athenaPrefix = "athena"
)

// queryable makes a table over the logs, a workgroup with a limit, and a saved query for each report. All of them are
// in the home region, with the bucket: Athena pays for what crosses regions.
func (l *logsComponent) queryable(ctx *pulumi.Context, d *cloudfront.Distribution) error {
	p, opts := l.platform, l.options(l.home)
	database, err := glue.NewCatalogDatabase(ctx, p.name("logs"), &glue.CatalogDatabaseArgs{Name: pulumi.String(databaseName(p))}, opts...)
	if err != nil {
		return err
	}
	if err := l.newTable(ctx, database, d, opts...); err != nil {
		return fmt.Errorf("the table: %w", err)
	}
	workgroup, err := athena.NewWorkgroup(ctx, p.name("logs"), &athena.WorkgroupArgs{
		Name: pulumi.String(accountName(p, p.name("logs"))), ForceDestroy: pulumi.Bool(true),
		// By a tag the bill shows what a stack's queries cost:
		// https://docs.aws.amazon.com/athena/latest/ug/workgroups-tags.html
		Tags: pulumi.StringMap{"Name": pulumi.String(accountName(p, p.name("logs")))},
		Configuration: athena.WorkgroupConfigurationArgs{
			BytesScannedCutoffPerQuery: pulumi.Int(scanLimit), EnforceWorkgroupConfiguration: pulumi.Bool(true),
			PublishCloudwatchMetricsEnabled: pulumi.Bool(false), // each costs by the month
			ResultConfiguration: athena.WorkgroupConfigurationResultConfigurationArgs{
				OutputLocation: pulumi.Sprintf("s3://%s/%s/", l.bucket.Bucket, athenaPrefix),
				EncryptionConfiguration: athena.WorkgroupConfigurationResultConfigurationEncryptionConfigurationArgs{
					EncryptionOption: pulumi.String("SSE_S3"),
				},
			},
		},
	}, opts...)
	if err != nil {
		return err
	}
	for _, r := range accesslog.Reports() {
		if _, err := athena.NewNamedQuery(ctx, p.name("report-"+r.Name), &athena.NamedQueryArgs{
			Name: pulumi.String(r.Name), Description: pulumi.String(r.About), Database: database.Name, Workgroup: workgroup.ID(),
			Query: pulumi.String(r.Query(logTable)),
		}, opts...); err != nil {
			return fmt.Errorf("the query %s: %w", r.Name, err)
		}
	}
	return nil
}

// newTable has a column for each field that a log may have, all of them text, since CloudFront writes nothing else
// (O-A15), and one mapping each: without one the name would not be found and every value would be NULL (O-A27, O-A28).
// Partitions are computed, not registered, by one key (O-A29).
// https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
func (l *logsComponent) newTable(ctx *pulumi.Context, database *glue.CatalogDatabase, d *cloudfront.Distribution, opts ...pulumi.ResourceOption) error {
	folder := pulumi.Sprintf("s3://%s/%s/%s/", l.bucket.Bucket, logPrefix, d.ID())
	var columns glue.CatalogTableStorageDescriptorColumnArray
	mapping := pulumi.StringMap{"case.insensitive": pulumi.String("FALSE"), "ignore.malformed.json": pulumi.String("TRUE")}
	for _, f := range accesslog.Definitions(accesslog.QueryStrings, accesslog.ViewerAddresses) {
		columns = append(columns, glue.CatalogTableStorageDescriptorColumnArgs{Name: pulumi.String(f.Column), Type: pulumi.String("string")})
		mapping["mapping."+f.Column] = pulumi.String(f.Name)
	}
	key := accesslog.PartitionColumn
	_, err := glue.NewCatalogTable(ctx, l.platform.name("logs"), &glue.CatalogTableArgs{
		Name: pulumi.String(logTable), DatabaseName: database.Name, TableType: pulumi.String("EXTERNAL_TABLE"),
		PartitionKeys: glue.CatalogTablePartitionKeyArray{glue.CatalogTablePartitionKeyArgs{Name: pulumi.String(key), Type: pulumi.String("string")}},
		Parameters: pulumi.StringMap{
			"EXTERNAL":                             pulumi.String("TRUE"),
			"projection.enabled":                   pulumi.String("true"),
			"projection." + key + ".type":          pulumi.String("date"),
			"projection." + key + ".format":        pulumi.String("yyyy/MM/dd/HH"),
			"projection." + key + ".interval":      pulumi.String("1"),
			"projection." + key + ".interval.unit": pulumi.String("HOURS"),
			"projection." + key + ".range":         pulumi.String(firstHour + ",NOW"),
			"storage.location.template":            pulumi.Sprintf("%s${%s}", folder, key),
		},
		StorageDescriptor: glue.CatalogTableStorageDescriptorArgs{
			Columns: columns, Location: folder,
			InputFormat:  pulumi.String("org.apache.hadoop.mapred.TextInputFormat"),
			OutputFormat: pulumi.String("org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"),
			SerDeInfo: glue.CatalogTableStorageDescriptorSerDeInfoArgs{
				SerializationLibrary: pulumi.String("org.openx.data.jsonserde.JsonSerDe"), Parameters: mapping,
			},
		},
	}, opts...)
	return err
}

// databaseName has letters, digits and underscores only, so that no query need quote it.
func databaseName(p *platform) string {
	return strings.NewReplacer("-", "_", ".", "_").Replace(strings.ToLower(accountName(p, p.name("logs"))))
}
