package graph

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// BenchmarkRecord records about 30 resources per region, as the program does, without its own work.
func BenchmarkRecord(b *testing.B) {
	for _, regions := range []int{3, 12} {
		b.Run(fmt.Sprintf("regions=%d", regions), func(b *testing.B) {
			for b.Loop() {
				_, err := Record(func(ctx *pulumi.Context) error {
					for region := range regions {
						last := pulumi.StringOutput{}
						for i := range 30 {
							props := pulumi.Map{"name": pulumi.String("x"), "list": pulumi.StringArray{pulumi.String("a"), pulumi.String("b")}}
							if i > 0 {
								props["role"] = last
							}
							r := &thing{}
							if err := ctx.RegisterResource(functionType, fmt.Sprintf("%d-%d", region, i), props, r); err != nil {
								return err
							}
							last = r.ARN
						}
					}
					return nil
				}, Options{Project: "onefront", Stack: "test"})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
