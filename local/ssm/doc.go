// Package ssm imitates the Parameter Store of AWS Systems Manager for local mode, as far as a function reads its
// secrets there and a person drains a region: GetParameter, GetParameters and PutParameter over the AWS JSON protocol
// 1.1, for the parameters of the recorded program.
//
// Values are kept in memory and leave only in the answers of the first two. A SecureString read without WithDecryption
// shows its ciphertext at AWS; here it shows a text that says so.
//
// Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
//
// Not imitated: signatures, permissions and KMS; labels and older versions; parameter policies; new and deleted
// parameters.
package ssm
