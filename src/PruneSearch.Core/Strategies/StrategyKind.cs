using System.ComponentModel;

namespace PruneSearch.Core.Strategies;

/// <summary>Every strategy there is.</summary>
public enum StrategyKind
{
    /// <summary>A model of what is known says where a second of work gains the most.</summary>
    [Description("a model of all results so far says where a second of work gains the most; stops what is hopeless early")]
    Adaptive,

    /// <summary>All of the space, one after the other.</summary>
    [Description("every configuration of a space without ranges, one after the other")]
    Grid,

    /// <summary>Sobol 1967, scrambled.</summary>
    [Description("points spread evenly over the space (Sobol)")]
    Random,

    /// <summary>Deb et al. 2002.</summary>
    [Description("evolution: crosses and mutates the best by non-dominated rank and crowding (NSGA-II)")]
    Nsga2,

    /// <summary>Ozaki et al. 2022.</summary>
    [Description("tree-structured Parzen estimator for several objectives: proposes what looks more like good than like bad configurations")]
    Tpe,

    /// <summary>Schmucker et al. 2021.</summary>
    [Description("asynchronous successive halving for several objectives: random configurations, the best of each rung are trained further")]
    Asha,
}
