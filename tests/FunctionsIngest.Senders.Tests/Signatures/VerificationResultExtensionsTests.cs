using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Tests.Signatures;

public class VerificationResultExtensionsTests
{
    [Fact]
    public void Every_result_has_a_sentence_of_its_own()
    {
        var sentences = Enum.GetValues<VerificationResult>().Select(result => result.Sentence()).ToArray();

        Assert.Equal(sentences.Length, sentences.Distinct().Count());
        Assert.All(sentences, sentence => Assert.EndsWith(".", sentence, StringComparison.Ordinal));
    }
}
