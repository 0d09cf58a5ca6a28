namespace FunctionsIngest.Outbound;

/// <summary>What a client's receiver answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The beginning of the body, as UTF-8; at most <see cref="AnswerBeginning.MaxBytes"/>.</param>
internal sealed record ReceiverAnswer(int Status, string Body)
{
    /// <summary>Whether the receiver took the webhook.</summary>
    public bool IsSuccess => Status is >= 200 and <= 299;
}
