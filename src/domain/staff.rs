//! People at the courts: a role (岗位) says what someone may open and comes only from a grant;
//! a post (职务) opens nothing and is asked by rules.

use super::code::codes;
use super::ids::{GrantId, StaffId, UnitId};
use super::unit::UnitKind;

codes! {
    /// A role, held through a grant.
    Role {
        Clerk = "clerk", "登记员";
        Handler = "handler", "责任人";
        Leader = "leader", "包案领导";
        President = "president", "院长（签批）";
        Bureau = "bureau", "信访局";
        BureauHead = "bureau_head", "信访局局长";
        LeadingGroup = "leading_group", "领导小组";
        /// Reaches the courts of the contact list (联系点).
        ContactLeader = "contact_leader", "联系点院领导";
        /// Reaches enforcement cases only.
        EnforcementOffice = "enforcement_office", "执行局综合处";
        /// Reaches the cases assigned to their review group.
        Reviewer = "reviewer", "评查员";
        /// Reads what is sealed, and no petition case.
        Inspection = "inspection", "督察部门";
        /// Incidents and instant reports only.
        CourtPolice = "court_police", "司法警察";
        Sysadmin = "sysadmin", "系统管理员";
        Secadmin = "secadmin", "安全管理员";
        Auditor = "auditor", "审计员";
        /// What the clock starts; nobody signs in under it.
        Job = "job", "系统";
    }
}

impl Role {
    /// 三员: who keeps the program, and sees no business record. Nobody holds two of them, nor one
    /// of them beside a role of the courts (GB/T 22239-2019 8.1.10).
    pub const fn is_administrator(self) -> bool {
        matches!(self, Self::Sysadmin | Self::Secadmin | Self::Auditor)
    }
}

codes! {
    /// A post. The first five make someone a court leader (院领导, 专职审委会委员).
    PostKind {
        President = "president", "院长";
        VicePresident = "vice_president", "副院长";
        VicePresidentInCharge = "vice_president_in_charge", "主管院长";
        EnforcementDirector = "enforcement_director", "执行局局长";
        CommitteeMember = "adjudication_committee_member", "审委会专职委员";
        DivisionChief = "division_chief", "庭长";
        Officer = "officer", "工作人员";
        BureauDirector = "bureau_director", "信访局局长";
    }
}

impl PostKind {
    /// Whether its holder can be named 包案领导: 院领导 and 专职审委会委员 (鲁高法〔2019〕14号三（一）).
    pub const fn is_court_leader(self) -> bool {
        matches!(
            self,
            Self::President
                | Self::VicePresident
                | Self::VicePresidentInCharge
                | Self::EnforcementDirector
                | Self::CommitteeMember
        )
    }
}

/// Who acts: a person under one grant, their own or that of whoever they stand in for (代理).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub staff: StaffId,
    /// Whom they stand in for, if the grant is another's.
    pub on_behalf_of: Option<StaffId>,
    pub grant: GrantId,
    pub role: Role,
    /// The unit of the grant.
    pub unit: UnitId,
    /// The court that the unit belongs to.
    pub court: UnitId,
    pub court_kind: UnitKind,
}

impl Actor {
    /// Whose rights these are: the places in teams, the cases that wait for them.
    pub const fn holder(&self) -> StaffId {
        match self.on_behalf_of {
            Some(principal) => principal,
            None => self.staff,
        }
    }

    /// Whether someone is the one who acts, or the one for whom.
    pub fn is(&self, staff: StaffId) -> bool {
        staff == self.staff || Some(staff) == self.on_behalf_of
    }
}

/// A colleague, as rules and selections need them: the person, and the post held now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    pub id: StaffId,
    pub name: String,
    pub unit: UnitId,
    pub unit_name: String,
    /// The name to sign in with.
    pub username: String,
    pub phone: String,
    pub post: Option<PostKind>,
    pub post_title: String,
}

impl Colleague {
    /// Whether a post of theirs makes them a court leader.
    pub fn is_court_leader(&self) -> bool {
        self.post.is_some_and(PostKind::is_court_leader)
    }
}

/// Someone who acts, for the tests of the rules.
#[cfg(test)]
pub mod sample {
    use super::{Actor, GrantId, Role, StaffId, UnitId, UnitKind};

    /// Someone of the intermediate court, in this role.
    pub const fn actor(role: Role) -> Actor {
        let court = UnitId(1);
        Actor {
            staff: StaffId(1),
            on_behalf_of: None,
            grant: GrantId(1),
            role,
            unit: court,
            court,
            court_kind: UnitKind::IntermediateCourt,
        }
    }

    /// Someone of a base court, in this role.
    pub const fn at_base_court(role: Role) -> Actor {
        let (court, court_kind) = (UnitId(3), UnitKind::BaseCourt);
        Actor { unit: court, court, court_kind, ..actor(role) }
    }
}
