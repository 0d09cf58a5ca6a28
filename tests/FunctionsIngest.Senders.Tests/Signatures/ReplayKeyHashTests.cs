using FsCheck.Xunit;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Tests.Signatures;

public sealed class ReplayKeyHashTests
{
    [Fact]
    public void An_id_is_stable_for_ever()
    {
        // Computed with: printf '\0\0\0\0\0\0\0\6begini\0\0\0\0\0\0\0\2id\0\0\0\0\0\0\0\5msg_1' | sha256sum
        Assert.Equal("f1ac9ef170172cc09c7a8f65c7594b83a3fde1f850d9a847fabf950a26eca6de", Of("begini", "id", "msg_1").Hash);
    }

    [Theory]
    [InlineData("begini", "id", new[] { "ab", "c" })]
    [InlineData("begini", "id", new[] { "a", "bc" })]
    [InlineData("begini", "id", new[] { "abc" })]
    [InlineData("begini", "id", new[] { "abc", "" })]
    [InlineData("begini", "id", new[] { "", "abc" })]
    [InlineData("begini", "id", new string[0])]
    [InlineData("begini", "content", new[] { "abc" })]
    [InlineData("aghanim", "id", new[] { "abc" })]
    [InlineData("begin", "iid", new[] { "abc" })]
    public void Other_parts_make_another_key(string source, string kind, string[] parts)
        => Assert.NotEqual(Of("begini", "id", "abc", "d").Hash, Of(source, kind, parts).Hash);

    [Property]
    public bool Where_one_part_ends_and_the_next_begins_matters(byte[] first, byte[] second)
    {
        using var apart = ReplayKey.For("begini", "id");
        using var together = ReplayKey.For("begini", "id");
        return apart.Add(first).Add(second).Build() != together.Add([.. first, .. second]).Build();
    }

    [Property]
    public bool The_same_parts_make_the_same_key(byte[][] parts)
    {
        return Build() == Build();

        ReplayKey Build()
        {
            using var key = ReplayKey.For("begini", "content");
            foreach (var part in parts)
                key.Add(part);
            return key.Build();
        }
    }

    private static ReplayKey Of(string source, string kind, params string[] parts)
    {
        using var key = ReplayKey.For(source, kind);
        foreach (var part in parts)
            key.Add(part);
        return key.Build();
    }
}
