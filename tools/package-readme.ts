/** How a package is deployed: three commands, or Terraform. */
export function packageReadme(stackName: string): string {
  return `# ${stackName}

eks-steward as a CloudFormation template with its code, for those who do not use the CDK. The clusters and settings of \`steward.yaml\` are in it:
after a change of them, package and deploy again.

Rights in each cluster, as its administrator: \`kubectl apply -k kubernetes/\`. Then, with a bucket of yours in the region of the stack:

\`\`\`sh
BUCKET=my-bucket
aws s3 cp --recursive assets "s3://$BUCKET/${stackName}/assets/"
aws cloudformation deploy --stack-name ${stackName} --template-file template.json --s3-bucket "$BUCKET" --s3-prefix ${stackName} --parameter-overrides AssetBucket="$BUCKET" --capabilities CAPABILITY_IAM
aws cloudformation describe-stacks --stack-name ${stackName} --query 'Stacks[0].Outputs'
\`\`\`

The code may be under another prefix: \`--parameter-overrides AssetBucket=... AssetPrefix=some/where/\`. Keep the files of earlier versions in the bucket:
CloudFormation needs them to roll back.

With Terraform:

\`\`\`hcl
locals {
  bucket  = "my-bucket"
  package = "\${path.module}/${stackName}"
  # A new name for every content: CloudFormation is asked only when the URL changes.
  template = "${stackName}/\${filesha256("\${local.package}/template.json")}.json"
}

resource "aws_s3_object" "eks_steward" {
  for_each = merge(
    { for file in fileset(local.package, "assets/*.zip") : "${stackName}/\${file}" => file },
    { (local.template) = "template.json" },
  )
  bucket = local.bucket
  key    = each.key
  source = "\${local.package}/\${each.value}"
}

data "aws_s3_bucket" "eks_steward" {
  bucket = local.bucket
}

resource "aws_cloudformation_stack" "eks_steward" {
  name         = "${stackName}"
  template_url = "https://\${data.aws_s3_bucket.eks_steward.bucket_regional_domain_name}/\${local.template}"
  parameters   = { AssetBucket = local.bucket }
  capabilities = ["CAPABILITY_IAM"]
  depends_on   = [aws_s3_object.eks_steward]
}
\`\`\`
`;
}
