//! What a petition is about (诉求类别), as the window chooses it from one list of two levels.

use super::code::codes;

codes! {
    /// The category of an appeal.
    Category {
        Filing = "filing", "立案";
        TrialSubstance = "trial_substance", "审判·实体";
        TrialProcedure = "trial_procedure", "审判·程序";
        EnforcementAssets = "enforcement_assets", "执行·财产查控";
        EnforcementPayment = "enforcement_payment", "执行·案款发放";
        EnforcementTerminated = "enforcement_terminated", "执行·终本异议";
        EnforcementConduct = "enforcement_conduct", "执行·行为异议";
        Preservation = "preservation", "保全";
        Retrial = "retrial", "申请再审";
        StateCompensation = "state_compensation", "国家赔偿";
        JudicialAid = "judicial_aid", "司法救助";
        Other = "other", "其他";
    }
}
