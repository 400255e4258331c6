using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace PruneSearch.Core;

/// <summary>Identities of spans that follow from what they stand for: whoever knows a trace knows where in it a trajectory is.</summary>
public static class SpanIds
{
    /// <summary>The identity of a span in a trace.</summary>
    /// <param name="what">What the span stands for, unique in the trace; the span's name is first.</param>
    public static ActivitySpanId Of(ActivityTraceId trace, params ReadOnlySpan<string> what)
    {
        string text = $"{trace}\n{string.Join('\n', what!)}";
        return ActivitySpanId.CreateFromBytes(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }
}
