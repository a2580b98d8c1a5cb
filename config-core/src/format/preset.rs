//! What the credentials of well-known providers look like.
//!
//! A preset is there to catch the wrong value in the right place, so it holds a provider to its prefix and alphabet,
//! and to a length only where one is documented: providers lengthen their keys without notice.

use super::pattern;

/// The format of one provider's credentials.
///
/// ```
/// use config_core::Format;
/// let Some(Format::Preset(anthropic)) = Format::named("anthropic") else { unreachable!() };
/// assert_eq!(anthropic.label(), "an Anthropic API key");
/// assert_eq!(anthropic.shape(), "sk-ant-*");
/// assert!(anthropic.accepts("sk-ant-api03-0123"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    name: &'static str,
    label: &'static str,
    shape: &'static str,
    patterns: &'static [&'static str],
}

impl Preset {
    /// The name, as in `format = github`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it is, with its article: `a GitHub token`.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        self.label
    }

    /// What it looks like, in short: `ghp_*`.
    #[must_use]
    pub const fn shape(&self) -> &'static str {
        self.shape
    }

    /// The patterns, of which a text has to fit one.
    #[must_use]
    pub const fn patterns(&self) -> &'static [&'static str] {
        self.patterns
    }

    /// Whether a text fits one of the patterns.
    #[must_use]
    pub const fn accepts(&self, text: &str) -> bool {
        let mut i = 0;
        while i < self.patterns.len() {
            if pattern::fits(self.patterns[i], text) {
                return true;
            }
            i += 1;
        }
        false
    }
}

const fn preset(
    name: &'static str,
    label: &'static str,
    shape: &'static str,
    patterns: &'static [&'static str],
) -> Preset {
    Preset { name, label, shape, patterns }
}

/// Every preset, by name. The comment above each says where its rule comes from.
pub static PRESETS: &[Preset] = &[
    // gitleaks age-secret-key; the Bech32 alphabet.
    preset(
        "age",
        "an age identity",
        "AGE-SECRET-KEY-1*",
        &["AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}"],
    ),
    // gitleaks anthropic-api-key, anthropic-admin-api-key; the documentation promises no length.
    preset("anthropic", "an Anthropic API key", "sk-ant-*", &["sk-ant-[A-Za-z0-9_-]{1,}"]),
    // gitleaks aws-access-token; AWS IAM user guide, "IAM identifiers": the prefixes of unique identifiers.
    preset(
        "aws_access_key",
        "an AWS access key ID",
        "AKIA*, ASIA*",
        &["A[BKS]IA[A-Z0-9]{16}", "ACCA[A-Z0-9]{16}"],
    ),
    // AWS security blog, "What to do if you inadvertently expose an AWS access key": 40 characters of base64.
    preset("aws_secret_key", "an AWS secret access key", "40 characters", &["[A-Za-z0-9/+]{40}"]),
    // Azure Storage documentation, "Configure connection strings"; the key is 64 bytes in base64.
    preset(
        "azure_storage",
        "an Azure Storage key or connection string",
        "*AccountKey=*",
        &["[A-Za-z0-9+/]{86}==", "[#-~]{0,}AccountKey=[A-Za-z0-9+/]{86}==[#-~]{0,}"],
    ),
    // developers.cloudflare.com/fundamentals/api/get-started/token-formats; gitleaks cloudflare-origin-ca-key.
    preset(
        "cloudflare",
        "a Cloudflare API token or key",
        "cfut_*, cfat_*, cfk_*, or 37 to 45 characters",
        &[
            "cf[au]t_[A-Za-z0-9_-]{40,}",
            "cfk_[A-Za-z0-9_-]{40,}",
            "[A-Za-z0-9_-]{40}",
            "[a-f0-9]{37,45}",
            "v1.0-[a-f0-9]{24}-[a-f0-9]{146}",
        ],
    ),
    // docs.datadoghq.com, "API and Application Keys"; AWS Secrets Manager partner page for ddapp_.
    preset(
        "datadog",
        "a Datadog API or application key",
        "ddapp_*, or 32 or 40 hexadecimal digits",
        &["[a-f0-9]{32}", "[a-f0-9]{40}", "ddapp_[A-Za-z0-9]{34,}", "ddpat_[A-Za-z0-9_]{34,}"],
    ),
    // gitleaks digitalocean-pat, digitalocean-access-token, digitalocean-refresh-token.
    preset("digitalocean", "a DigitalOcean token", "dop_v1_*", &["do[opr]_v1_[a-f0-9]{64}"]),
    // discord.com/developers/docs/reference, "Authentication"; a webhook's URL holds its token.
    preset(
        "discord",
        "a Discord bot token or webhook URL",
        "*.*.*",
        &[
            "[A-Za-z0-9_-]{23,30}.[A-Za-z0-9_-]{6}.[A-Za-z0-9_-]{27,}",
            "https://discord.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,}",
        ],
    ),
    // docs.github.com, "About authentication to GitHub", token formats; gitleaks github-pat and its siblings.
    preset(
        "github",
        "a GitHub token",
        "ghp_*, github_pat_*, gho_*, ghs_*, ghu_*, ghr_*",
        &["gh[oprsu]_[A-Za-z0-9_.-]{36,}", "github_pat_[A-Za-z0-9_]{36,}"],
    ),
    // docs.gitlab.com/security/tokens, token prefixes; gitleaks gitlab-pat and its siblings.
    preset(
        "gitlab",
        "a GitLab token",
        "glpat-*, gldt-*, glrt-*",
        &["gl[a-z]{2,6}-[A-Za-z0-9_.-]{20,}", "GR1348941[A-Za-z0-9_-]{20}"],
    ),
    // gitleaks gcp-api-key.
    preset("google_api_key", "a Google API key", "AIza*", &["AIza[A-Za-z0-9_-]{35}"]),
    // gitleaks grafana-service-account-token, grafana-cloud-api-token.
    preset(
        "grafana",
        "a Grafana token",
        "glsa_*, glc_*",
        &["glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}", "glc_[A-Za-z0-9+/=]{32,}"],
    ),
    // gitleaks heroku-api-key-v2.
    preset("heroku", "a Heroku API key", "HRKU-*", &["HRKU-[A-Za-z0-9_-]{36,}"]),
    // gitleaks huggingface-access-token, huggingface-organization-api-token.
    preset(
        "huggingface",
        "a Hugging Face token",
        "hf_*",
        &["hf_[A-Za-z0-9]{34,}", "api_org_[A-Za-z0-9]{34,}"],
    ),
    // gitleaks linear-api-key; linear.app/developers for the OAuth token.
    preset("linear", "a Linear API key", "lin_api_*", &["lin_[a-z]{2,6}_[A-Za-z0-9]{40,}"]),
    // gitleaks mailchimp-api-key.
    preset("mailchimp", "a Mailchimp API key", "*-us*", &["[a-f0-9]{32}-us[0-9]{1,2}"]),
    // gitleaks notion-api-token; developers.notion.com for the older secret_.
    preset(
        "notion",
        "a Notion token",
        "ntn_*, secret_*",
        &["ntn_[A-Za-z0-9]{43,}", "secret_[A-Za-z0-9]{43}"],
    ),
    // gitleaks npm-access-token.
    preset("npm", "an npm token", "npm_*", &["npm_[A-Za-z0-9]{36}"]),
    // gitleaks openai-api-key; the prefixes sk-, sk-proj-, sk-svcacct-, sk-admin- share one rule.
    preset("openai", "an OpenAI API key", "sk-*", &["sk-[A-Za-z0-9_-]{20,}"]),
    // gitleaks perplexity-api-key.
    preset("perplexity", "a Perplexity API key", "pplx-*", &["pplx-[A-Za-z0-9]{48,}"]),
    // gitleaks planetscale-password, planetscale-api-token, planetscale-oauth-token.
    preset(
        "planetscale",
        "a PlanetScale password or token",
        "pscale_*",
        &["pscale_[a-z]{2,5}_[A-Za-z0-9_=.-]{32,64}"],
    ),
    // gitleaks postman-api-token.
    preset("postman", "a Postman API key", "PMAK-*", &["PMAK-[A-Fa-f0-9]{24}-[A-Fa-f0-9]{34}"]),
    // gitleaks pulumi-api-token.
    preset("pulumi", "a Pulumi access token", "pul-*", &["pul-[a-f0-9]{40}"]),
    // gitleaks pypi-upload-token; pypi.org/help, "API tokens": a macaroon after `pypi-`.
    preset("pypi", "a PyPI token", "pypi-*", &["pypi-[A-Za-z0-9_-]{50,}"]),
    // gitleaks rubygems-api-token.
    preset("rubygems", "a RubyGems API key", "rubygems_*", &["rubygems_[a-f0-9]{48}"]),
    // gitleaks sendgrid-api-token.
    preset("sendgrid", "a SendGrid API key", "SG.*.*", &["SG.[A-Za-z0-9_-]{22}.[A-Za-z0-9_-]{43}"]),
    // gitleaks sentry-org-token, sentry-user-token.
    preset("sentry", "a Sentry token", "sntrys_*, sntryu_*", &["sntry[su]_[A-Za-z0-9+/=_-]{64,}"]),
    // gitleaks shopify-access-token, -custom-access-token, -private-app-access-token, -shared-secret.
    preset(
        "shopify",
        "a Shopify token or shared secret",
        "shpat_*, shpss_*",
        &["shp[a-z]{2}_[A-Fa-f0-9]{32}"],
    ),
    // docs.slack.dev/authentication/tokens; gitleaks slack-bot-token and its siblings, slack-webhook-url.
    preset(
        "slack",
        "a Slack token or webhook URL",
        "xoxb-*, xoxp-*, xapp-*, https://hooks.slack.com/*",
        &[
            "xox[abeoprs]-[A-Za-z0-9-]{10,}",
            "xoxe.xox[bp]-[A-Za-z0-9-]{10,}",
            "xapp-[0-9]-[A-Za-z0-9-]{10,}",
            "https://hooks.slack.com/[a-z]{5,12}/[A-Za-z0-9+/]{20,}",
        ],
    ),
    // docs.stripe.com/keys; gitleaks stripe-access-token; docs.stripe.com/webhooks for whsec_.
    preset(
        "stripe",
        "a Stripe key or webhook secret",
        "sk_live_*, sk_test_*, rk_*, whsec_*",
        &["[rs]k_[a-z]{4}_[A-Za-z0-9]{10,}", "whsec_[A-Za-z0-9+/=_-]{16,}"],
    ),
    // gitleaks telegram-bot-api-token; core.telegram.org/bots/api, "Authorizing your bot".
    preset("telegram", "a Telegram bot token", "*:*", &["[0-9]{5,16}:[A-Za-z0-9_-]{35}"]),
    // gitleaks hashicorp-tf-api-token.
    preset(
        "terraform",
        "a Terraform token",
        "*.atlasv1.*",
        &["[A-Za-z0-9]{14}.atlasv1.[A-Za-z0-9_=-]{60,70}"],
    ),
    // gitleaks twilio-api-key; twilio.com/docs/iam/api for the auth token.
    preset(
        "twilio",
        "a Twilio auth token or API key",
        "SK*, or 32 hexadecimal digits",
        &["SK[A-Fa-f0-9]{32}", "[A-Fa-f0-9]{32}"],
    ),
    // developer.hashicorp.com/vault/docs/concepts/tokens, "Token prefixes"; gitleaks vault-service-token, vault-batch-token.
    preset(
        "vault_token",
        "a Vault token",
        "hvs.*, hvb.*, hvr.*, s.*",
        &["hv[brs].[A-Za-z0-9_-]{24,}", "[brs].[A-Za-z0-9.]{24,}"],
    ),
];
