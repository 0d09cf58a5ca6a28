using System.Buffers.Text;
using System.Security.Cryptography;
using FunctionsIngest.Senders.Keys;

namespace FunctionsIngest.Senders.Tests.Keys;

public sealed class PlaceholderTests
{
    [Theory]
    [InlineData("<the API key that Begini gave you>")]
    [InlineData(" <secret>\n")]
    [InlineData("changeme")]
    [InlineData("change-me")]
    [InlineData("ChangeMe!ChangeMe!")]
    [InlineData("CHANGE_ME_PLEASE_123")]
    [InlineData("your-secret-here")]
    [InlineData("your_webhook_secret")]
    [InlineData("your_stripe_secret")]
    [InlineData("your-256-bit-secret")]
    [InlineData("my-super-secret-key")]
    [InlineData("supersecretkey123")]
    [InlineData("replace this with your secret")]
    [InlineData("insert_signing_secret_here")]
    [InlineData("secret")]
    [InlineData("secretsecretsecret")]
    [InlineData("password1234")]
    [InlineData("my-webhook-secret-12345")]
    [InlineData("secret1234567890")]
    [InlineData("password123password123")]
    [InlineData("test_secret_0123456789")]
    [InlineData("webhook-secret-1111111111")]
    [InlineData("CHANGE_ME_IN_PRODUCTION")]
    [InlineData("replace-with-real-secret")]
    [InlineData("use-a-long-random-string-here")]
    [InlineData("not-a-real-secret-key")]
    [InlineData("GITHUB_WEBHOOK_SECRET")]
    [InlineData("dev-secret-do-not-use-in-production")]
    [InlineData("paste your secret here")]
    [InlineData("{{ .Values.webhookSecret }}")]
    [InlineData("[your signing secret]")]
    [InlineData("abcabcabcabcabcabcabc")]
    [InlineData("123123123123123123")]
    [InlineData("deadbeefdeadbeefdeadbeefdeadbeef")]
    [InlineData("fedcba9876543210")]
    [InlineData("00112233445566778899aabbccddeeff")]
    [InlineData("qwertyuiopasdfghjklzxcvbnm")]
    [InlineData("example")]
    [InlineData("todo")]
    [InlineData("TODO: secret")]
    [InlineData("placeholder")]
    [InlineData("undefined")]
    [InlineData("null")]
    [InlineData("xxx")]
    [InlineData("xxxxxxxxxxxxxxxxxxxx")]
    [InlineData("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")]
    [InlineData("********************")]
    [InlineData("....................")]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("1234567890123456")]
    [InlineData("0123456789abcdef")]
    [InlineData("abcdefghijklmnopqrstuvwxyz123456")]
    [InlineData("whsec_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    [InlineData("whsec_your-secret-here")]
    [InlineData("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("whsec_...")]
    [InlineData("whsec_test_secret")]
    [InlineData("${WEBHOOK_SECRET}")]
    [InlineData("$(WebhookSecret)")]
    [InlineData("#{WebhookSecret}#")]
    [InlineData("%WEBHOOK_SECRET%")]
    [InlineData("@Microsoft.KeyVault(SecretUri=https://example.vault.azure.net/secrets/begini-api-key)")]
    public void A_placeholder_is_known(string text) => Assert.Equal("it is a placeholder, and no secret", Placeholder.Find(text));

    [Theory]
    [InlineData("It's a Secret to Everybody")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("8f742231b10e8888abcd99yyyzzz85a5\n")]
    public void A_published_example_is_known(string text) => Assert.Equal("it is an example from a sender's document, which everybody can read", Placeholder.Find(text));

    [Theory]
    [InlineData("")]
    [InlineData("kE9fVb2Qx7Lm4Rt8")]
    [InlineData("correct horse battery staple")]
    [InlineData("ZQXV_KRTW_PLMN")]
    [InlineData("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")]
    [InlineData("4f8d2a1b9c3e7f605142a3b4c5d6e7f8")]
    [InlineData("whsec_1a2B3c4D5e6F7g8H9i0JkLmNoPqRsTuV")]
    [InlineData("acme's api key")]
    [InlineData("secret-4821-9938-1772-5501")]
    [InlineData("geheimes-passwort-für-den-laden")]
    [InlineData("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")]
    [InlineData("sk_51HqLyjWDarjtT1zdp7dcJvyYzQw")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----")]
    public void Another_text_is_none(string text) => Assert.Null(Placeholder.Find(text));

    [Fact]
    public void No_random_secret_is_one_however_it_is_written()
    {
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = RandomNumberGenerator.GetBytes(16);
            foreach (var text in new[]
            {
                Convert.ToHexStringLower(bytes), Convert.ToBase64String(bytes), Base64Url.EncodeToString(bytes), $"whsec_{Convert.ToBase64String(bytes)}", new Guid(bytes).ToString(),
                RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 16), RandomNumberGenerator.GetString("0123456789", 20), RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 16),
            })
            {
                Assert.True(Placeholder.Find(text) is null, text);
            }
        }
    }
}
