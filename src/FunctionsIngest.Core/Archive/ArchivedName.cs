using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using FunctionsIngest.Ledger;

namespace FunctionsIngest.Archive;

/// <summary>An event's name in the archive: <c>{source}/{yyyy}/{MM}/{dd}/{id}</c>.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Day">The day on which its row was inserted, in UTC.</param>
/// <param name="Id">The event's id.</param>
internal sealed record ArchivedName(string Source, DateOnly Day, string Id)
{
    private const string DayFormat = "yyyy'/'MM'/'dd";

    /// <summary>Whether the event is a replay of another one.</summary>
    public bool IsReplay => Id.Contains(EventKey.ReplayMark, StringComparison.Ordinal);

    /// <summary>The part of the id that fits a line.</summary>
    public string ShortId
    {
        get
        {
            var mark = Id.IndexOf(EventKey.ReplayMark, StringComparison.Ordinal);
            return Id[..Math.Min(12, mark < 0 ? Id.Length : mark)] + (mark < 0 ? "" : Id[mark..]);
        }
    }

    /// <summary>The days' folder of a source.</summary>
    public static string FolderOf(string source, DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"{source}/{day.ToString(DayFormat, CultureInfo.InvariantCulture)}/");

    /// <summary>The name of an event.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="eventId">The event's id.</param>
    /// <param name="receivedAt">When its row was inserted.</param>
    public static ArchivedName Of(string source, string eventId, DateTimeOffset receivedAt) => new(source, DateOnly.FromDateTime(receivedAt.UtcDateTime), eventId);

    /// <summary>Reads a name, with or without <c>.json</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ArchivedName? name)
    {
        name = null;
        if (text.EndsWith(".json", StringComparison.Ordinal))
            text = text[..^".json".Length];
        if (text.Split('/') is not [{ Length: > 0 } source, var year, var month, var day, { Length: > 0 } id]
            || !DateOnly.TryParseExact($"{year}/{month}/{day}", DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            return false;
        }

        name = new ArchivedName(source, date, id);
        return true;
    }

    /// <summary>The blob's name, without <c>.json</c>.</summary>
    public override string ToString() => FolderOf(Source, Day) + Id;
}
