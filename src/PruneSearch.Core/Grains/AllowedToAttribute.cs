namespace PruneSearch.Core.Grains;

/// <summary>Says who may call a method of a grain from outside the silos.</summary>
/// <param name="callers">Roles of certificates, one or several.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AllowedToAttribute(Callers callers) : Attribute
{
    /// <summary>Roles of certificates that may make the call; others are refused.</summary>
    public Callers Callers => callers;
}
